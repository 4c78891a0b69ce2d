import { DeviceError, startThread, type Thread } from '@convkit/tensor';

/** A compiled kernel that threads can run. */
export interface TeamKernel {
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Functions of `Math` that the module imports. */
  readonly math: readonly string[];
  readonly cells: number;
  /** Cells of a row, which no vector of four may cross the end of; Infinity if none can. */
  readonly row: number;
}

/** Places in the memory that the team shares. */
const GENERATION = 0;
const KERNEL = 1;
const TICKETS = 2;
const BUSY = 3;
const NEXT = 4;
const CHUNK = 5;
const FAILED = 6;
const COMMAND = 7;
const PLACES = 8;

/** In {@link KERNEL}: leave the loop, a message follows. */
const LISTEN = -1;

/** Cells below which a share of the work is not worth a thread. */
const LEAST_CHUNK = 256;

/**
 * What a thread runs: a text, because neither a bundler nor the page's address may be asked where a script lies.
 * A thread sleeps until the generation changes, takes a ticket, and computes one chunk after the other until none is left. The last one to finish says so.
 */
const THREAD = `
const port = typeof self !== 'undefined' && typeof postMessage === 'function' ? self : require('node:worker_threads').parentPort;
const kernels = new Map();
let control;
let seen;
port.onmessage = ({ data }) => {
  control = data.control;
  for (const id of data.dropped) kernels.delete(id);
  const { id, module, memory, math, cells, row } = data.kernel;
  const env = { memory };
  for (const name of math) env['math_' + name] = Math[name];
  const { run, run_simd } = new WebAssembly.Instance(module, { env }).exports;
  kernels.set(id, { run, run_simd, cells, row });
  seen = data.generation;
  finish();
  for (;;) {
    Atomics.wait(control, ${GENERATION}, seen);
    seen = Atomics.load(control, ${GENERATION});
    if (Atomics.sub(control, ${TICKETS}, 1) <= 0) continue;
    const id = Atomics.load(control, ${KERNEL});
    if (id === ${LISTEN}) return;
    try {
      work(kernels.get(id));
    } catch (error) {
      Atomics.store(control, ${FAILED}, 1);
      port.postMessage({ command: Atomics.load(control, ${COMMAND}), error: String(error) });
    }
    finish();
  }
};
function finish() {
  if (Atomics.sub(control, ${BUSY}, 1) === 1) port.postMessage({ command: Atomics.load(control, ${COMMAND}) });
}
function work({ run, run_simd, cells, row }) {
  const chunk = Atomics.load(control, ${CHUNK});
  for (;;) {
    const start = Atomics.add(control, ${NEXT}, chunk);
    if (start >= cells) return;
    const end = Math.min(start + chunk, cells);
    const length = Math.min(row, end - start);
    for (let first = start; first < end; first += length) {
      const vectors = first + length - (length % 4);
      if (vectors > first) run_simd(first, vectors, 0);
      if (vectors < first + length) run(vectors, first + length, 0);
    }
  }
}
`;

/** What a thread says: that the last of them has finished a command, or that it failed in one. */
interface Report {
  readonly command: number;
  readonly error?: string;
}

/**
 * Threads that compute kernels together. Commands go through shared memory, because a message to every thread for every launch takes longer than many a kernel.
 * One command at a time; the results do not depend on who computes what.
 */
export class ThreadTeam {
  readonly #control = new Int32Array(new SharedArrayBuffer(PLACES * Int32Array.BYTES_PER_ELEMENT));
  readonly #threads: Thread[];
  readonly #known = new Set<number>();
  #dropped: number[] = [];
  #listening = true;
  #pending: { resolve(): void; reject(error: unknown): void } | undefined;
  #error: string | undefined;
  #dead: DeviceError | undefined;

  constructor(readonly size: number) {
    this.#threads = Array.from({ length: size }, () => startThread(THREAD, (report) => this.#hear(report as Report), (error) => this.#fail(error)));
  }

  /** Computes all cells of a kernel. */
  async run(kernel: TeamKernel): Promise<void> {
    if (this.#dead) throw this.#dead;
    if (!this.#known.has(kernel.id)) await this.#teach(kernel);
    const unit = Number.isFinite(kernel.row) ? kernel.row : 4;
    const chunk = Math.ceil(Math.max(LEAST_CHUNK, kernel.cells / (4 * this.size)) / unit) * unit;
    const threads = Math.min(this.size, Math.ceil(kernel.cells / chunk));
    Atomics.store(this.#control, NEXT, 0);
    Atomics.store(this.#control, CHUNK, chunk);
    await this.#command(kernel.id, threads);
  }

  /** Lets the threads forget a kernel, when they are next spoken to. */
  drop(id: number): void {
    if (this.#known.delete(id)) this.#dropped.push(id);
  }

  destroy(): void {
    for (const thread of this.#threads) thread.terminate();
    this.#fail(new Error('the threads were stopped'));
  }

  async #teach({ id, module, memory, math, cells, row }: TeamKernel): Promise<void> {
    const finished = this.#listening ? this.#finished(this.size) : this.#command(LISTEN, this.size);
    this.#listening = false;
    const message = { control: this.#control, generation: Atomics.load(this.#control, GENERATION), kernel: { id, module, memory, math, cells, row }, dropped: this.#dropped };
    for (const thread of this.#threads) thread.post(message);
    this.#dropped = [];
    this.#known.add(id);
    await finished;
  }

  #command(kernel: number, threads: number): Promise<void> {
    const finished = this.#finished(threads);
    Atomics.store(this.#control, KERNEL, kernel);
    Atomics.store(this.#control, TICKETS, threads);
    Atomics.add(this.#control, GENERATION, 1);
    Atomics.notify(this.#control, GENERATION, threads);
    return finished;
  }

  async #finished(threads: number): Promise<void> {
    this.#error = undefined;
    Atomics.add(this.#control, COMMAND, 1);
    Atomics.store(this.#control, FAILED, 0);
    Atomics.store(this.#control, BUSY, threads);
    this.#threads[0].hold(true);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#pending = { resolve, reject };
      });
    } finally {
      this.#threads[0].hold(false);
    }
  }

  #hear({ command, error }: Report): void {
    // One that failed and finished last speaks twice: what comes late belongs to no later command.
    if (command !== Atomics.load(this.#control, COMMAND)) return;
    this.#error ??= error;
    // The thread that failed and the one that finished last may be heard in any order.
    if (Atomics.load(this.#control, BUSY) > 0) return;
    if (Atomics.load(this.#control, FAILED) === 0) this.#pending?.resolve();
    else if (this.#error !== undefined) this.#pending?.reject(new Error(this.#error));
  }

  #fail(cause: unknown): void {
    this.#dead ??= new DeviceError({ code: 'DEVICE_LOST', message: `gpujs-webasm: a thread has died: ${cause instanceof Error ? cause.message : String(cause)}.`, help: 'open a new device and upload again.', cause });
    this.#pending?.reject(this.#dead);
  }
}
