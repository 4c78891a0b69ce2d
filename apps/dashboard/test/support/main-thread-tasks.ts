import type { Browser, Page } from 'playwright';

/** One task of the thread on which a page runs, in milliseconds. */
export interface Task {
  /** By the clock: what others did on the core meanwhile counts. */
  readonly lasted: number;
  /** Work of this thread alone, however busy the machine is. */
  readonly worked: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly name?: string };
  /** Microseconds, by the clock and of the thread. */
  readonly dur?: number;
  readonly tdur?: number;
}

/** All tasks of a page's thread while `act` acts. */
export async function tasksWhile(browser: Browser, page: Page, act: () => Promise<void>): Promise<readonly Task[]> {
  await browser.startTracing(page, { categories: ['-*', 'toplevel'] });
  await act();
  const { traceEvents: events } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly TraceEvent[] };
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const pages = new Set(events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(thread));
  return events.filter((event) => event.name.endsWith('RunTask') && pages.has(thread(event))).map(({ dur = 0, tdur = 0 }) => ({ lasted: dur / 1_000, worked: tdur / 1_000 }));
}
