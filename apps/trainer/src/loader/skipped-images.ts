import type { UnreadableExample } from '@convkit/datasets';

/** Counts the images that cannot be read and tells each once, though several threads come upon it. */
export class SkippedImages {
  readonly #seen = { train: new Set<number>(), test: new Set<number>() };
  readonly #untold: string[] = [];
  #tell = (message: string): void => void this.#untold.push(message);

  /** For `openData`. */
  readonly part = (message: string): void => this.#tell(message);

  /** For `skipUnreadable` of the training images. */
  readonly train = ({ index, reason }: UnreadableExample): void => {
    if (this.#count('train', index)) this.#tell(`training image skipped, the next one takes its place (${this.#seen.train.size} so far): ${reason}`);
  };

  /** For the evaluation. */
  readonly test = ({ index, reason }: UnreadableExample): void => {
    if (this.#count('test', index)) this.#tell(`test image left out of the evaluation (${this.#seen.test.size} so far): ${reason}`);
  };

  /** Who is told from now on; at once what came before. */
  listen(tell: (message: string) => void): void {
    this.#tell = tell;
    for (const message of this.#untold.splice(0)) tell(message);
  }

  #count(part: 'train' | 'test', index: number): boolean {
    const known = this.#seen[part].has(index);
    this.#seen[part].add(index);
    return !known;
  }
}
