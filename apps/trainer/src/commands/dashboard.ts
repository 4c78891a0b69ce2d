import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { openDashboard } from '../dashboard/dashboard-server.js';
import { InsightThread } from '../dashboard/insight-thread.js';
import { pageFolder } from '../dashboard/page-folder.js';
import { FileError } from '../file-error.js';
import { onInterrupt } from '../interrupt.js';
import { openOutput } from '../output.js';

/** What the command line may say. */
export interface DashboardFlags {
  readonly port: number;
  readonly json?: boolean;
}

/** `alexnet dashboard`: shows runs, running or over, in a browser until it is stopped. */
export async function dashboardCommand(paths: readonly string[], { port, json = false }: DashboardFlags): Promise<void> {
  for (const path of paths) await assertRun(path);
  const dashboard = await openDashboard({ page: pageFolder(), port, insights: new InsightThread() });
  for (const path of paths) dashboard.show({ path });
  const output = openOutput(json);
  output.line({ type: 'dashboard', url: dashboard.url }, [`dashboard: ${dashboard.url}`]);
  await new Promise<void>((resolve) => onInterrupt(resolve));
  await dashboard.close();
  output.close();
}

async function assertRun(path: string): Promise<void> {
  try {
    await access(join(path, 'events.jsonl'));
  } catch (cause) {
    throw new FileError({ code: 'FILE_MISSING', message: `${path}: is no run folder: it has no events.jsonl.`, help: 'runs are kept under runs/; `ls runs` shows them.', cause });
  }
}
