import { computeRows, sizeOf, type Engine, type Launch } from '@convkit/tensor';
import type { Arena } from './arena.js';
import { ROOM, type Team } from './team.js';
import type { Commands, Storage } from './tuned.js';
import { tunedKernels } from './tuned/tuned-kernels.js';

/** Milliseconds of a plain body after which the event loop gets a turn. */
const TURN = 10;

/** A device on a team of threads that work in one memory. */
export class CpuEngine implements Engine<Storage> {
  readonly name = 'cpu';
  readonly limits = { maxTermsPerThread: Infinity };
  readonly #memory: WebAssembly.Memory;
  /** All of the memory. Kept, since each look at a shared buffer makes a new object that the collector takes for as large as the memory. */
  #floats: Float32Array;
  readonly #relaxedSimd: boolean;
  readonly #arena: Arena;
  readonly #tuned = new Set<string>();
  readonly #untuned = new Set<string>();
  /** Launches that wait for room or for a plain body, one after the other; none may overtake them. */
  #inTurn = 0;
  #turn: Promise<unknown> = Promise.resolve();
  /** Reads and waiting launches that go on while the event loop turns: till they end, nothing is given back. */
  #readers = 0;
  #returned: Storage[] = [];

  constructor(
    readonly team: Team,
    memory: WebAssembly.Memory,
    arena: Arena,
    relaxedSimd: boolean,
  ) {
    this.#memory = memory;
    this.#floats = new Float32Array(memory.buffer);
    this.#arena = arena;
    this.#relaxedSimd = relaxedSimd;
  }

  async upload(data: Float32Array): Promise<Storage> {
    const storage = this.#take(data.length);
    try {
      await this.team.settled(storage.block.busyUntil);
    } catch (error) {
      this.free(storage);
      throw error;
    }
    this.#view(storage).set(data);
    return storage;
  }

  async launch(launch: Launch<Storage>): Promise<Storage> {
    const result = this.#inTurn === 0 && this.team.hasRoom ? this.#launchTuned(launch) : undefined;
    return result ?? this.#waitInTurn(launch);
  }

  async download(storage: Storage, size: number): Promise<Float32Array> {
    return this.#reading(async () => {
      await this.team.settled(this.team.submitted);
      return this.#view(storage).slice(0, size);
    });
  }

  free(storage: Storage): void {
    if (this.#readers > 0) {
      this.#returned.push(storage);
      return;
    }
    this.#dropForms(storage);
    this.#arena.give(storage.block, this.team.submitted);
  }

  describe() {
    return {
      mode: this.#relaxedSimd ? 'wasm-relaxed-simd' : 'wasm-simd',
      kernels: this.#tuned.size,
      untuned: [...this.#untuned].sort(),
      details: { threads: this.team.size, sharedMemory: !(this.#memory.buffer instanceof ArrayBuffer), memoryBytes: this.#memory.buffer.byteLength },
    };
  }

  async destroy(): Promise<void> {
    this.team.destroy();
  }

  async #waitInTurn(launch: Launch<Storage>): Promise<Storage> {
    this.#inTurn++;
    const result = this.#reading(async () => {
      await this.#turn;
      await this.team.room();
      return this.#launchTuned(launch) ?? (await this.#launchBody(launch));
    }).finally(() => this.#inTurn--);
    this.#turn = result.catch(() => {});
    return result;
  }

  #launchTuned(launch: Launch<Storage>): Storage | undefined {
    const taken: Storage[] = [];
    const temporaries: Storage[] = [];
    let submitted = 0;
    const commands: Commands = {
      result: (count) => {
        const storage = this.#take(count);
        taken.push(storage);
        return storage;
      },
      temporary: (count) => {
        const storage = this.#take(count);
        temporaries.push(storage);
        return storage.block.at;
      },
      form: (input, name, count, make) => {
        let block = input.forms.get(name);
        if (block === undefined) {
          ({ block } = this.#take(count));
          input.forms.set(name, block);
          make(block.at);
        }
        return block.at;
      },
      submit: (operation, tasks, parameters) => {
        if (++submitted > ROOM) throw new Error(`${launch.kernel.name} takes more than ${ROOM} commands`);
        this.team.submit(operation, tasks, parameters);
      },
    };
    try {
      const result = tunedKernels.get(launch.kernel)?.(launch, commands);
      if (result === undefined) return undefined;
      this.#tuned.add(launch.kernel.name);
      // What is overwritten has other forms from now on.
      if (launch.inputs.includes(result)) this.#dropForms(result);
      return result;
    } catch (error) {
      for (const storage of taken) this.free(storage);
      throw error;
    } finally {
      for (const storage of temporaries) this.free(storage);
    }
  }

  /** Runs the kernel's body on the calling thread, with turns for the event loop. */
  async #launchBody(launch: Launch<Storage>): Promise<Storage> {
    this.#untuned.add(launch.kernel.name);
    const result = this.#take(sizeOf(launch.plan.output));
    try {
      await this.team.settled(this.team.submitted);
      // Copies, since memory that is not shared moves when it grows, which others may make it do in between.
      const inputs = launch.inputs.map((input) => this.#view(input).slice());
      const out = new Float32Array(result.count);
      const rows = computeRows({ ...launch, inputs }, out);
      let turn = performance.now();
      while (rows.next().done !== true) {
        if (performance.now() - turn < TURN) continue;
        await new Promise((resolve) => setTimeout(resolve));
        turn = performance.now();
      }
      this.#view(result).set(out);
      return result;
    } catch (error) {
      this.free(result);
      throw error;
    }
  }

  async #reading<Result>(read: () => Promise<Result>): Promise<Result> {
    this.#readers++;
    try {
      return await read();
    } finally {
      this.#readers--;
      if (this.#readers === 0) for (const storage of this.#returned.splice(0)) this.free(storage);
    }
  }

  #take(count: number): Storage {
    return { block: this.#arena.take(count * 4), count, forms: new Map() };
  }

  #dropForms(storage: Storage): void {
    for (const block of storage.forms.values()) this.#arena.give(block, this.team.submitted);
    storage.forms.clear();
  }

  #view({ block, count }: Storage): Float32Array {
    const first = block.at / 4;
    // Memory has grown since; one that is not shared has moved, too, and what was seen of it is empty.
    if (first + count > this.#floats.length) this.#floats = new Float32Array(this.#memory.buffer);
    return this.#floats.subarray(first, first + count);
  }
}
