import type { MistakesEvent } from '@convkit/training';

/** Two classes that are taken for each other, one way. */
export interface Confusion {
  readonly label: number;
  readonly guess: number;
  readonly count: number;
  /** Of the images of the label. */
  readonly part: number;
}

/** Counts by label and guess, from the cells that are not 0. */
export class ConfusionMatrix {
  readonly #counts = new Map<string, number>();
  readonly #totals = new Map<number, number>();
  readonly #cells: MistakesEvent['confusion'];

  constructor(cells: MistakesEvent['confusion']) {
    this.#cells = cells;
    for (const [label, guess, count] of cells) {
      this.#counts.set(`${label} ${guess}`, count);
      this.#totals.set(label, this.totalOf(label) + count);
    }
  }

  /** Images of a label. */
  totalOf(label: number): number {
    return this.#totals.get(label) ?? 0;
  }

  cell(label: number, guess: number): Confusion {
    const count = this.#counts.get(`${label} ${guess}`) ?? 0;
    return { label, guess, count, part: count === 0 ? 0 : count / this.totalOf(label) };
  }

  /** The most frequent confusions, the most frequent one first. */
  top(length: number): readonly Confusion[] {
    const wrong = this.#cells.filter(([label, guess]) => label !== guess).sort(([, , a], [, , b]) => b - a);
    return wrong.slice(0, length).map(([label, guess]) => this.cell(label, guess));
  }
}
