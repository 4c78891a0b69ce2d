import { DeviceError } from '@convkit/tensor';

/** A piece of memory that belongs to somebody. */
export interface Block {
  /** Address of its first byte. */
  readonly at: number;
  readonly bytes: number;
  /** Commands up to this one may still use it on behalf of its last owner: the host waits for them before it writes, later commands need not. */
  readonly busyUntil: number;
}

/** Blocks begin on cache lines. */
const ALIGNMENT = 64;
/** Memory grows by at least this much. */
const LEAST_GROWTH = 1 << 24;

/** Gives out memory between `start` and a limit, best fit first, and takes it back. Neighbouring free blocks are one. */
export class Arena {
  /** Free blocks by address. */
  readonly #free: Block[] = [];
  #end: number;

  /**
   * @param start First address.
   * @param limit Address that is never reached.
   * @param grow Makes memory up to an address exist, or throws.
   */
  constructor(
    readonly start: number,
    readonly limit: number,
    readonly grow: (end: number) => void,
  ) {
    this.#end = start;
  }

  /** Bytes between the first address and the highest that was ever given out. */
  get extent(): number {
    return this.#end - this.start;
  }

  /** Bytes that are not given out, below the highest that ever was. */
  get free(): number {
    return this.#free.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** @throws DeviceError `DEVICE_MEMORY` when there is no such block; nothing has changed then. */
  take(size: number): Block {
    const bytes = Math.max(ALIGNMENT, Math.ceil(size / ALIGNMENT) * ALIGNMENT);
    let best = -1;
    for (const [i, block] of this.#free.entries()) {
      if (block.bytes >= bytes && (best < 0 || block.bytes < this.#free[best].bytes)) best = i;
    }
    if (best < 0) best = this.#extend(bytes);
    const { at, bytes: found, busyUntil } = this.#free[best];
    if (found === bytes) this.#free.splice(best, 1);
    else this.#free[best] = { at: at + bytes, bytes: found - bytes, busyUntil };
    return { at, bytes, busyUntil };
  }

  /** @param busyUntil The last command that may use it. */
  give({ at, bytes }: Block, busyUntil: number): void {
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#free[middle].at < at) low = middle + 1;
      else high = middle;
    }
    this.#free.splice(low, 0, { at, bytes, busyUntil });
    this.#join(low);
    this.#join(low - 1);
  }

  /** Makes the free block `i` and the next one into one, if they touch. */
  #join(i: number): void {
    const [block, next] = this.#free.slice(Math.max(i, 0), i + 2);
    if (i < 0 || next === undefined || block.at + block.bytes !== next.at) return;
    this.#free.splice(i, 2, { at: block.at, bytes: block.bytes + next.bytes, busyUntil: Math.max(block.busyUntil, next.busyUntil) });
  }

  /** Adds memory at the end, so that the last free block holds `bytes`. */
  #extend(bytes: number): number {
    const last = this.#free[this.#free.length - 1];
    const open = last !== undefined && last.at + last.bytes === this.#end ? last.bytes : 0;
    const needed = this.#end + bytes - open;
    const end = Math.max(needed, Math.min(this.#end + LEAST_GROWTH, this.limit));
    if (end > this.limit) throw outOfMemory(bytes, this.limit - this.start, this.extent - this.free);
    try {
      this.grow(end);
    } catch (cause) {
      throw outOfMemory(bytes, this.extent, this.extent - this.free, cause);
    }
    const block = { at: this.#end, bytes: end - this.#end, busyUntil: 0 };
    this.#end = end;
    this.give(block, 0);
    return this.#free.length - 1;
  }
}

function outOfMemory(bytes: number, all: number, used: number, cause?: unknown): DeviceError {
  return new DeviceError({
    code: 'DEVICE_MEMORY',
    message: `cpu: no ${bytes} bytes in one piece are left; ${used} of ${all} are in use.`,
    help: 'use a smaller batch, or release tensors that are not needed any more.',
    cause,
  });
}
