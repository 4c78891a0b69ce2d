import type { UnreadableExample } from '@convkit/datasets';
import { ConvkitError } from '@convkit/tensor';
import { commandName, count, number } from '../wording.js';

/** How many images of each part of a data set may be skipped: so many, or below 1 such a part of them, though 10 at least. */
export const defaultMaxSkipped = 0.001;

const leastOfPart = 10;
const namedImages = 3;

type Part = 'train' | 'test';

/** Counts the images that cannot be read and tells each once, though several threads come upon it. With a limit, more of them than may be are an error. */
export class SkippedImages {
  readonly #seen: Record<Part, Map<number, string>> = { train: new Map(), test: new Map() };
  readonly #untold: string[] = [];
  #limit: { readonly max: number; readonly images: Readonly<Record<Part, number>> } | undefined;
  #tell = (message: string): void => void this.#untold.push(message);
  #stop: (() => void) | undefined;
  #excess: ConvkitError | undefined;

  /** For `openData`. */
  readonly part = (message: string): void => this.#tell(message);

  /** For `skipUnreadable` of the training images. @throws ConvkitError `IMAGES_UNREADABLE` at one too many, while nobody listens. */
  readonly train = (example: UnreadableExample): void => this.#count('train', example, (so) => `training image skipped, the next one takes its place (${so}): ${example.reason}`);

  /** For the evaluation. @throws ConvkitError as {@link train} does */
  readonly test = (example: UnreadableExample): void => this.#count('test', example, (so) => `test image left out of the evaluation (${so}): ${example.reason}`);

  /** `IMAGES_UNREADABLE`, once there were more than may be. */
  get excess(): ConvkitError | undefined {
    return this.#excess;
  }

  /** @param max Of each part: so many, or below 1 such a part of its images, though 10 at least. @param images That there are. */
  limit(max: number, images: Readonly<Record<Part, number>>): void {
    this.#limit = { max, images };
  }

  /** Who is told from now on; at once what came before. @param stop Is called once, when there are more than may be, in place of an error where the image was asked for. */
  listen(tell: (message: string) => void, stop: () => void = () => undefined): void {
    this.#tell = tell;
    this.#stop = stop;
    for (const message of this.#untold.splice(0)) tell(message);
    if (this.#excess !== undefined) stop();
  }

  #count(part: Part, { index, name }: UnreadableExample, words: (soFar: string) => string): void {
    const seen = this.#seen[part];
    if (seen.has(index)) return;
    seen.set(index, name);
    this.#tell(words(`${seen.size} so far`));
    if (this.#excess !== undefined || seen.size <= this.#most(part)) return;
    this.#excess = this.#error(part);
    if (this.#stop === undefined) throw this.#excess;
    this.#stop();
  }

  #error(part: Part): ConvkitError {
    const names = [...this.#seen[part].values()];
    const images = this.#limit?.images[part] ?? 0;
    const more = names.length > namedImages ? ', …' : '';
    return new ConvkitError({
      code: 'IMAGES_UNREADABLE',
      message: `${count(names.length)} of ${count(images)} ${part === 'train' ? 'training' : 'test'} images cannot be read (${number((100 * names.length) / images)} %), and ${count(this.#most(part))} may be skipped: ${names.slice(0, namedImages).join(', ')}${more}`,
      help: `mend or remove them (${commandName()} data inspect reads every image), or raise --max-skipped, beside --resume for a run that had begun.`,
    });
  }

  #most(part: Part): number {
    if (this.#limit === undefined) return Infinity;
    const { max, images } = this.#limit;
    return max > 0 && max < 1 ? Math.max(leastOfPart, Math.floor(max * images[part])) : max;
  }
}
