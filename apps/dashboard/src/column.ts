/** Numbers that become more: a typed array that doubles when it is full. */
export class Column {
  #values = new Float64Array(256);
  #length = 0;
  #cuts = 0;

  get length(): number {
    return this.#length;
  }

  /** How often it was made shorter, so that those who keep something derived from it know. */
  get cuts(): number {
    return this.#cuts;
  }

  /** What is in it now: a view, which is good until the next change. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  get last(): number | undefined {
    return this.#length > 0 ? this.#values[this.#length - 1] : undefined;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** Keeps the first `length` numbers. */
  cut(length: number): void {
    if (length >= this.#length) return;
    this.#length = length;
    this.#cuts++;
  }
}

/** How many of ascending numbers are less than `value`. */
export function countBelow(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
