import type { Reporter, Write } from './reporter.js';

/** One JSON object a line and nothing else. Progress of an evaluation is left out: it is for the eye. */
export function jsonReporter(write: Write): Reporter {
  return {
    report(event) {
      if (event.type !== 'evaluating') write(`${JSON.stringify(event)}\n`);
    },
    note: () => undefined,
    dashboard: (url) => write(`${JSON.stringify({ type: 'dashboard', url })}\n`),
    close: () => undefined,
  };
}
