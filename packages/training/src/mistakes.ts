/** A sample that was judged wrong. */
export interface Mistake {
  /** Place in the evaluation source, from 0. */
  readonly image: number;
  /** The right class. */
  readonly label: number;
  /** The likeliest class. */
  readonly guess: number;
  /** Minus the log-probability of the label. */
  readonly loss: number;
}

/** What an evaluation got wrong, and right. */
export interface Mistakes {
  /** Confusion matrix as `[label, guess, count]`, most frequent first; what did not happen is left out, and so are all but the 10,000 most frequent. */
  readonly confusion: readonly (readonly [label: number, guess: number, count: number])[];
  /** The samples judged wrong with the largest losses, at most 24, worst first. */
  readonly worst: readonly Mistake[];
}

const cells = 10_000;
const kept = 24;

/** Gathers {@link Mistakes} sample by sample. @internal */
export class MistakeCounter {
  readonly #counts = new Map<string, [label: number, guess: number, count: number]>();
  #worst: Mistake[] = [];

  add(judged: Mistake): void {
    const { label, guess, loss } = judged;
    const key = `${label} ${guess}`;
    const cell = this.#counts.get(key);
    if (cell === undefined) this.#counts.set(key, [label, guess, 1]);
    else cell[2]++;
    if (guess === label || loss <= (this.#worst[kept - 1]?.loss ?? -Infinity)) return;
    // Few pass the test above once the list is full.
    this.#worst.push(judged);
    this.#worst = this.#worst.sort((a, b) => b.loss - a.loss).slice(0, kept);
  }

  get mistakes(): Mistakes {
    const confusion = [...this.#counts.values()].sort((a, b) => b[2] - a[2] || a[0] - b[0] || a[1] - b[1]).slice(0, cells);
    return { confusion, worst: this.#worst };
  }
}
