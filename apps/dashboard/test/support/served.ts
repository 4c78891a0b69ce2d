import { spawn } from 'node:child_process';
import { programPath } from '../../../trainer/test/support/cli.js';

/** Has a process believe that the machine has one core, so that its device leaves the others to the browser. */
const oneCore = `data:text/javascript,${encodeURIComponent("import os from 'node:os'; os.availableParallelism = () => 1; if (globalThis.navigator) Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 });")}`;

/** An `alexnet` command that serves the dashboard. */
export interface Served {
  /** With the token. */
  readonly url: string;
  /** Its process is gone. */
  readonly ended: Promise<void>;
  kill(): Promise<void>;
}

/** Starts `alexnet` with these arguments, on one thread, and waits until it tells the address of its dashboard. */
export async function serve(args: readonly string[], cwd: string): Promise<Served> {
  const child = spawn(process.execPath, ['--import', oneCore, await programPath(), ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let told = '';
    const hear = (chunk: Buffer) => {
      told += chunk.toString();
      const [found] = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(told) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('close', () => reject(new Error(`alexnet ${args.join(' ')} ended: ${told}`)));
  });
  return {
    url,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
