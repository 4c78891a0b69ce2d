import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** @typedef {{ type: string, step: number, steps: number, loss: number, path?: string, reason?: string, weightsSha256?: string, testTop1?: number | null, code?: string, message?: string }} Event what this reads of the events of `--json` */

/**
 * One process of the built `alexnet`, from its start to its end.
 *
 * @typedef {object} Life
 * @property {Event[]} events whole lines of standard output
 * @property {string[]} lines the same as text
 * @property {string} stderr
 * @property {number | null} exitCode null when a signal ended it
 * @property {number} seconds from start to end
 */

const program = fileURLToPath(new URL('../../apps/trainer/dist/alexnet.js', import.meta.url));

/**
 * Runs `alexnet` until it ends.
 *
 * @param {readonly string[]} args
 * @param {{ cwd: string, nodeOptions?: readonly string[], onStart?: (child: import('node:child_process').ChildProcess) => void, onEvent?: (event: Event, child: import('node:child_process').ChildProcess) => void }} options
 * @returns {Promise<Life>}
 */
export async function live(args, { cwd, nodeOptions = [], onStart, onEvent }) {
  const began = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, program, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  onStart?.(child);
  /** @type {Event[]} */
  const events = [];
  /** @type {string[]} */
  const lines = [];
  let rest = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
    const whole = (rest + chunk).split('\n');
    rest = /** @type {string} */ (whole.pop());
    for (const line of whole) {
      const event = /** @type {Event} */ (JSON.parse(line));
      lines.push(line);
      events.push(event);
      onEvent?.(event, child);
    }
  });
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
    stderr += chunk;
  });
  /** @type {number | null} */
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  return { events, lines, stderr, exitCode, seconds: (performance.now() - began) / 1000 };
}
