import { jsonReporter } from './json-reporter.js';
import { liveReporter } from './live-reporter.js';
import { plainReporter } from './plain-reporter.js';
import type { Reporter } from './reporter.js';

/** JSON if asked for, two live lines on a terminal, plain lines everywhere else. `NO_COLOR` is heeded (https://no-color.org). */
export function chooseReporter(json: boolean, stream: NodeJS.WriteStream = process.stdout, environment: NodeJS.ProcessEnv = process.env): Reporter {
  const write = (text: string) => void stream.write(text);
  if (json) return jsonReporter(write);
  // Terminals without a width are recorders and the like.
  if (!stream.isTTY || environment.TERM === 'dumb' || stream.columns === 0) return plainReporter(write);
  return liveReporter(stream, (environment.NO_COLOR ?? '') === '');
}
