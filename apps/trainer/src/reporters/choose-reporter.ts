import { jsonReporter } from './json-reporter.js';
import { liveReporter } from './live-reporter.js';
import { originalReporter } from './original-reporter.js';
import { plainReporter } from './plain-reporter.js';
import type { Reporter } from './reporter.js';

/** How a run is told: for people, as JSON lines, or in the form of the 2012 code. */
export type LogFormat = 'plain' | 'json' | '2012';

/** What was asked for; for people two live lines on a terminal, plain lines everywhere else. `NO_COLOR` is heeded (https://no-color.org). */
export function chooseReporter(format: LogFormat, stream: NodeJS.WriteStream = process.stdout, environment: NodeJS.ProcessEnv = process.env): Reporter {
  const write = (text: string) => void stream.write(text);
  if (format === 'json') return jsonReporter(write);
  if (format === '2012') return originalReporter(write);
  // Terminals without a width are recorders and the like.
  if (!stream.isTTY || environment.TERM === 'dumb' || stream.columns === 0) return plainReporter(write);
  return liveReporter(stream, (environment.NO_COLOR ?? '') === '');
}
