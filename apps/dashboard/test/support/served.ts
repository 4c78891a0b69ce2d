import { spawn } from 'node:child_process';
import { programPath } from '../../../trainer/test/support/cli.js';

/** An `alexnet` command that serves the dashboard. */
export interface Served {
  /** With the token. */
  readonly url: string;
  readonly port: number;
  /** Its process is gone. */
  readonly ended: Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts `alexnet` with these arguments and waits until it tells the address of its dashboard. */
export async function serve(args: readonly string[], cwd: string): Promise<Served> {
  const child = spawn(process.execPath, [await programPath(), ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
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
    port: Number(new URL(url).port),
    ended,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await ended;
    },
  };
}
