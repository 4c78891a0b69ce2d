import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDashboard, type Dashboard } from '../../src/dashboard/dashboard-server.js';
import type { DashboardRun } from '../../src/dashboard/dashboard-run.js';
import { pageFolder } from '../../src/dashboard/page-folder.js';
import { InsightError, type Insights } from '../../src/dashboard/insights.js';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'convkit-dashboard-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A page of three files in the place of the built one. */
export async function writePage(folder: string): Promise<string> {
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(folder, 'assets', 'index-1a2b.js'), 'export {};');
  await writeFile(join(folder, 'assets', 'index-1a2b.css'), 'body {}');
  return folder;
}

/** A run folder with these lines in its `events.jsonl`. */
export async function writeRun(folder: string, lines: readonly string[] = []): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'events.jsonl'), lines.map((line) => `${line}\n`).join(''));
  await writeFile(join(folder, 'card.md'), '# card');
  await writeFile(join(folder, 'run.json'), '{"seed":1}');
  return folder;
}

/** The line of an update. */
export function stepLine(step: number): string {
  return JSON.stringify({ type: 'step', step, epoch: 0, loss: 1 / step, top1: 0.5, top5: 1, lr: 0.01, imagesPerSecond: 100, dataSeconds: 0 });
}

const none = () => Promise.reject(new InsightError({ code: 'INSIGHT_MISSING', message: 'There is none.' }));
const noInsights: Insights = { kernels: none, image: none, activations: none, close: () => Promise.resolve() };

/** A dashboard in a test, with what a browser would hold. */
export interface Opened extends Dashboard {
  readonly port: number;
  readonly token: string;
  readonly cookie: string;
}

/** Opens a dashboard on any port and closes it after the test. */
export async function opened(runs: readonly DashboardRun[], insights: Insights = noInsights): Promise<Opened> {
  const dashboard = await openDashboard({ page: await writePage(await temporaryFolder()), port: 0, insights });
  onTestFinished(() => dashboard.close());
  for (const run of runs) dashboard.show(run);
  const { port, searchParams } = new URL(dashboard.url);
  const token = searchParams.get('token') ?? '';
  return { ...dashboard, port: Number(port), token, cookie: `convkit-${port}=${token}` };
}

/** Opens a dashboard with the page as it was built, and runs that have no checkpoints. */
export async function openBuiltPage(paths: readonly string[], port = 0): Promise<Dashboard> {
  const dashboard = await openDashboard({ page: pageFolder(), port, insights: noInsights });
  for (const path of paths) dashboard.show({ path });
  return dashboard;
}

/** An answer, read to its end. */
interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request with exactly these headers, its path as it is written. */
export function ask(port: number, path: string, { method = 'GET', headers = {}, body = '' }: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string } = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Sends bytes as they are and returns all that comes back until the other side closes. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

/** Reads a stream of events until `enough` says so, then leaves. */
export function follow(
  { port, cookie }: Opened,
  path: string,
  { last, enough }: { readonly last?: number; readonly enough: (events: readonly Record<string, unknown>[]) => boolean },
): Promise<{ readonly events: readonly Record<string, unknown>[]; readonly id: number; readonly sizes: readonly number[] }> {
  return new Promise((resolve, reject) => {
    const headers = { cookie, ...(last === undefined ? {} : { 'last-event-id': String(last) }) };
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      const events: Record<string, unknown>[] = [];
      const sizes: number[] = [];
      let id = 0;
      let text = '';
      const finish = () => {
        asked.destroy();
        resolve({ events, id, sizes });
      };
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const message = text.slice(0, end);
          text = text.slice(end + 2);
          const found = /^id: (\d+)\nevent: events\ndata: (.*)$/.exec(message);
          if (found === null) continue;
          id = Number(found[1]);
          const part = JSON.parse(found[2]) as Record<string, unknown>[];
          sizes.push(part.length);
          events.push(...part);
          if (enough(events)) return finish();
        }
      });
      response.on('end', finish);
      response.on('error', finish);
    });
    asked.on('error', reject);
    asked.end();
  });
}
