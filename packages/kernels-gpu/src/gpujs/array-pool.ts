/** Bytes that may lie idle beside as many as are in use. */
const SPARE_BYTES = 2 ** 26;

/**
 * Arrays to use again: a training loop asks for the same lengths in every step, and large arrays are the costliest garbage there is
 * (a fifth of the time of a small net, measured).
 */
export class ArrayPool {
  readonly #idle = new Map<number, Float32Array[]>();
  #idleBytes = 0;
  #usedBytes = 0;

  /** An array of this length, with anything in it. */
  take(length: number): Float32Array {
    const bytes = length * Float32Array.BYTES_PER_ELEMENT;
    this.#usedBytes += bytes;
    const array = this.#idle.get(length)?.pop();
    if (array === undefined) return new Float32Array(length);
    this.#idleBytes -= bytes;
    return array;
  }

  /** Gives an array back that was taken. */
  give(array: Float32Array): void {
    this.#usedBytes -= array.byteLength;
    if (this.#idleBytes + array.byteLength > this.#usedBytes + SPARE_BYTES) return;
    const idle = this.#idle.get(array.length) ?? [];
    this.#idle.set(array.length, idle);
    idle.push(array);
    this.#idleBytes += array.byteLength;
  }

  clear(): void {
    this.#idle.clear();
    this.#idleBytes = 0;
  }
}
