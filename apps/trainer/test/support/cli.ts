import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundleSource } from './bundle.js';

/** What a finished command left. */
export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON lines; throws if one is none. */
  readonly events: Record<string, unknown>[];
}

/** How to start a command. */
export interface StartOptions {
  readonly cwd: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Sees every event as it comes. */
  readonly onEvent?: (event: Record<string, unknown>, child: ChildProcess) => void;
}

let program: Promise<string> | undefined;

/** The built command in continuous integration, which has just built it; elsewhere one made of the sources, which cannot be out of date. */
export function programPath(): Promise<string> {
  program ??= process.env.CI
    ? Promise.resolve(fileURLToPath(new URL('../../dist/alexnet.js', import.meta.url)))
    : bundleSource(new URL('../../src/alexnet.ts', import.meta.url), ['prepare/prepare-worker.ts', 'loader/loader-worker.ts', 'dashboard/insight-worker.ts', 'readers/tensorboard/tensorboard-worker.ts'].map((worker) => new URL(`../../src/${worker}`, import.meta.url)));
  return program;
}

/** Runs `alexnet` in a process of its own and waits until it ends by itself. */
export async function alexnet(args: readonly string[], { cwd, environment = {}, onEvent }: StartOptions): Promise<Finished> {
  const { npm_lifecycle_event: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [await programPath(), ...args], { cwd, env: { ...inherited, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  let seen = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (onEvent === undefined) return;
    const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1);
    for (const line of whole.slice(seen).split('\n').filter(Boolean)) onEvent(JSON.parse(line) as Record<string, unknown>, child);
    seen = whole.length;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return {
    exitCode,
    stdout,
    stderr,
    get events() {
      return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}
