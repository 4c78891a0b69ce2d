import { fork } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const program = new URL('../../apps/trainer/dist/alexnet.js', import.meta.url);
let runs = 0;

/**
 * Runs the built `alexnet train` in this process, so that what it holds and what it costs can be measured. With clients every reader is attached: a terminal (if the log is one), files for TensorBoard, and a
 * dashboard with so many that follow it, each a process of its own. What the run shows is thrown away.
 *
 * @param {readonly string[]} args
 * @param {object} options
 * @param {number} options.clients
 * @param {'terminal' | 'plain' | '2012' | 'json'} options.log
 * @param {(step: number) => void} options.onStep when an update is told
 * @returns {Promise<readonly number[]>} bytes of events that each client got
 */
export async function trainHere(args, { clients, log, onStep }) {
  const append = fs.appendFileSync;
  // Whatever shows a run to people, its log gets every event, one call each.
  fs.appendFileSync = (file, data, options) => {
    append(file, data, options);
    if (typeof file === 'number' && typeof data === 'string' && data.startsWith('{"type":"step"')) onStep(/** @type {{ step: number }} */ (JSON.parse(data)).step);
  };
  syncBuiltinESMExports();
  /** @type {import('node:child_process').ChildProcess[]} */
  const followers = [];
  /** @type {number[]} */
  const received = Array.from({ length: clients }, () => 0);
  const { isTTY, columns } = process.stdout;
  const write = process.stdout.write.bind(process.stdout);
  /** @param {unknown} text @param {unknown[]} rest */
  process.stdout.write = (text, ...rest) => {
    const address = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(String(text))?.[0];
    if (address !== undefined && followers.length === 0) {
      for (let i = 0; i < clients; i++) {
        followers.push(fork(new URL('./follow-dashboard.mjs', import.meta.url), [address], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }).on('message', (/** @type {number} */ bytes) => (received[i] = bytes)));
      }
    }
    const written = rest.at(-1);
    if (typeof written === 'function') Reflect.apply(written, undefined, []);
    return true;
  };
  Object.assign(process.stdout, log === 'terminal' ? { isTTY: true, columns: 120 } : { isTTY: false });
  const readers = clients === 0 ? [] : ['--tensorboard', '--dashboard'];
  const told = { terminal: [], plain: ['--log', 'plain'], 2012: ['--log', '2012'], json: ['--json'] }[log];
  process.argv.splice(2, Infinity, 'train', ...args, ...readers, ...told);
  try {
    // Another address is another run of the same program.
    await import(`${program.href}?${runs++}`);
  } finally {
    for (const follower of followers) follower.kill();
    Object.assign(process.stdout, { write, isTTY, columns });
    fs.appendFileSync = append;
    syncBuiltinESMExports();
  }
  if (process.exitCode !== undefined) throw new Error('The training failed.');
  return received;
}
