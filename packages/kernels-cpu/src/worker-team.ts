import { DeviceError, startThread, type Thread } from '@convkit/tensor';
import { COMMANDS, COMMAND_BYTES, COMMAND_COUNT, COMMAND_DONE, COMMAND_PARAMETERS, COMMAND_TICKET, COMPLETED, HEAP, PUBLISHED, SCRATCH_BYTES, WANTED } from './memory-map.js';
import type { Operation } from './operation.js';
import { ROOM, type Team } from './team.js';

/** What a thread runs: a text, because neither a bundler nor the page's address may be asked where a script lies. All else it does is in the module. */
const THREAD = `
const port = typeof self !== 'undefined' && typeof postMessage === 'function' ? self : require('node:worker_threads').parentPort;
port.onmessage = ({ data: { module, memory, scratch } }) => {
  new WebAssembly.Instance(module, { env: { memory, report: () => port.postMessage(null) } }).exports.work(scratch);
};
`;

/** So far ahead that nobody gets there: the main thread does not wait. */
const NEVER = 0x4000_0000;

interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Threads that read commands from a ring in shared memory. The main thread runs ahead of them and never waits on an atomic: a thread sends it a message when what it waits for is done.
 */
export class WorkerTeam implements Team {
  readonly #words: Uint32Array;
  /** The same words, as the call that wakes threads wants them. */
  readonly #signed: Int32Array;
  readonly #threads: Thread[];
  #submitted = 0;
  #waiters: Waiter[] = [];
  #dead: DeviceError | undefined;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, readonly size: number) {
    // Memory may grow; what lies so low stays visible through the first buffer.
    this.#words = new Uint32Array(memory.buffer, 0, HEAP / 4);
    this.#signed = new Int32Array(memory.buffer, 0, HEAP / 4);
    this.#words[WANTED / 4] = NEVER;
    this.#threads = Array.from({ length: size }, (_, i) => {
      const thread = startThread(THREAD, () => this.#hear(), (cause) => this.#fail(cause));
      thread.post({ module, memory, scratch: HEAP + i * SCRATCH_BYTES });
      return thread;
    });
  }

  get submitted(): number {
    return this.#submitted;
  }

  get completed(): number {
    // Shared counts go round after 2^32.
    return this.#submitted - ((this.#submitted - Atomics.load(this.#words, COMPLETED / 4)) >>> 0);
  }

  get hasRoom(): boolean {
    return this.#dead === undefined && this.#submitted - this.completed + ROOM <= COMMAND_COUNT;
  }

  submit(operation: Operation, tasks: number, parameters: readonly number[]): void {
    const command = (COMMANDS + (this.#submitted % COMMAND_COUNT) * COMMAND_BYTES) / 4;
    const round = Math.floor((this.#submitted % 2 ** 32) / COMMAND_COUNT) & 0xffff;
    // First, so that a thread which still looks at the command that was here finds it gone.
    Atomics.store(this.#words, command + COMMAND_TICKET / 4, round * 0x1_0000);
    this.#words[command] = operation;
    this.#words[command + 1] = tasks;
    this.#words[command + COMMAND_DONE / 4] = 0;
    this.#words.set(parameters, command + COMMAND_PARAMETERS / 4);
    this.#submitted++;
    Atomics.store(this.#words, PUBLISHED / 4, this.#submitted);
    Atomics.notify(this.#signed, PUBLISHED / 4);
  }

  async room(): Promise<void> {
    if (this.#dead) throw this.#dead;
    while (!this.hasRoom) await this.settled(this.#submitted - COMMAND_COUNT / 2);
  }

  async settled(count: number): Promise<void> {
    if (this.#dead) throw this.#dead;
    if (this.completed >= count) return;
    await new Promise<void>((resolve, reject) => {
      this.#waiters.push({ count, resolve, reject });
      this.#threads[0].hold(true);
      this.#hear();
    });
  }

  destroy(): void {
    for (const thread of this.#threads) thread.terminate();
    this.#fail(new Error('the threads were stopped'));
  }

  /** Wakes those whose commands are done, and says for which the threads should speak next. */
  #hear(): void {
    const next = Math.min(...this.#waiters.map(({ count }) => count));
    Atomics.store(this.#words, WANTED / 4, Number.isFinite(next) ? next : this.#submitted + NEVER);
    const done = this.completed;
    const woken = this.#waiters.filter(({ count }) => count <= done);
    if (woken.length === 0) return;
    this.#waiters = this.#waiters.filter(({ count }) => count > done);
    for (const { resolve } of woken) resolve();
    if (this.#waiters.length === 0) this.#threads[0].hold(false);
    this.#hear();
  }

  #fail(cause: unknown): void {
    this.#dead ??= new DeviceError({ code: 'DEVICE_LOST', message: `cpu: a thread has died: ${cause instanceof Error ? cause.message : String(cause)}.`, help: 'open a new device and upload again.', cause });
    for (const { reject } of this.#waiters) reject(this.#dead);
    this.#waiters = [];
    this.#threads[0]?.hold(false);
  }
}
