import { Column, countBelow } from './column.js';
import type { JsonNumber } from './wire.js';

/** Several numbers by step, steps ascending. */
export class Series<Name extends string> {
  readonly steps = new Column();
  readonly #columns: ReadonlyMap<Name, Column>;

  constructor(names: readonly Name[]) {
    this.#columns = new Map(names.map((name) => [name, new Column()]));
  }

  get length(): number {
    return this.steps.length;
  }

  column(name: Name): Column {
    return this.#columns.get(name)!;
  }

  /** Adds a row. One of an earlier step takes the place of that step and of all that followed: a run that was killed does them again. */
  put(step: number, row: Readonly<Record<Name, JsonNumber>>): void {
    if (step <= (this.steps.last ?? -1)) this.dropFrom(step);
    this.steps.push(step);
    for (const [name, column] of this.#columns) column.push(row[name] ?? Number.NaN);
  }

  /** Forgets the rows of `step` and later ones. */
  dropFrom(step: number): void {
    const kept = countBelow(this.steps.values, step);
    this.steps.cut(kept);
    for (const column of this.#columns.values()) column.cut(kept);
  }
}
