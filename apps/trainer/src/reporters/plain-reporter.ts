import type { Reporter, Write } from './reporter.js';
import { RunMeter } from './run-meter.js';

/** Lines that stay, for files and pipes: one at the first step, then one every few seconds. */
export function plainReporter(write: Write, now: () => number = () => performance.now(), interval = 5000): Reporter {
  const meter = new RunMeter();
  let last = -Infinity;
  return {
    report(event) {
      const line = meter.read(event);
      if (line !== undefined) write(`${line}\n`);
      if (event.type !== 'step' || now() - last < interval) return;
      last = now();
      write(`${meter.place()}  ${meter.figures()}\n`);
    },
    note: (text) => write(`${text}\n`),
    dashboard: (url) => write(`dashboard: ${url}\n`),
    close: () => undefined,
  };
}
