import { DeviceError } from '@convkit/tensor';
import { PAGES } from './memory-map.js';

/** The memory that a device works in. */
export interface DeviceMemory {
  readonly memory: WebAssembly.Memory;
  /** Bytes that it can grow to. */
  readonly maximum: number;
  /** Makes it reach up to an address, and lets the threads know. @throws RangeError when there is no room */
  readonly growTo: (end: number) => void;
}

const PAGE_BYTES = 65_536;
const ALL_PAGES = 65_536;

/** Some systems reserve all of a memory's maximum at once, so a smaller one is tried when there is no such room. @throws DeviceError `DEVICE_MEMORY` */
export function allocateMemory(bytes: number, shared: boolean): DeviceMemory {
  const initial = Math.ceil(bytes / PAGE_BYTES);
  for (let maximum = ALL_PAGES; maximum >= initial; maximum >>= 1) {
    try {
      const memory = new WebAssembly.Memory({ initial, maximum, shared });
      return { memory, maximum: maximum * PAGE_BYTES, growTo: (end) => growTo(memory, end) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new DeviceError({ code: 'DEVICE_MEMORY', message: `cpu: there is no room for a memory of ${bytes} bytes.`, help: 'use fewer threads, or destroy devices that are not needed any more.' });
}

function growTo(memory: WebAssembly.Memory, end: number): void {
  const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing <= 0) return;
  const pages = memory.grow(missing) + missing;
  // Before the commands that need them.
  Atomics.store(new Int32Array(memory.buffer), PAGES / 4, pages);
}
