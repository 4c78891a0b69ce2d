import { OptionError, type RandomDraws } from '@convkit/tensor';

import type { AnyImage, ImageSize } from './image.js';

/**
 * An augmentation in two steps. `draw` takes the chance out of it: what it returns is a plain value that can be printed, stored and sent.
 * `apply` has no chance left: the same image and the same drawn value give the same bytes.
 */
export interface Transform<Drawn> {
  /** The word for it in a list of drawn values. */
  readonly name: string;
  /** Draws for an image of this size. */
  draw(image: ImageSize, draws: RandomDraws): Drawn;
  /** Applies what was drawn; the image itself stays as it is. */
  apply(image: AnyImage, drawn: Drawn): AnyImage;
}

/** A step of {@link augment}: a transform that draws, or a plain function of the image. */
export type Step = Transform<unknown> | ((image: AnyImage) => AnyImage);

/** What one transform drew. */
export interface Drawn {
  /** {@link Transform.name} of the transform. */
  readonly transform: string;
  /** What its `draw` returned: a plain value. */
  readonly value: unknown;
}

/** An augmented image and what made it so. */
export interface Augmented {
  /** What the last step made. */
  readonly image: AnyImage;
  /** What was drawn, one entry for each step that draws, in order; {@link replay} takes it. */
  readonly drawn: readonly Drawn[];
}

/**
 * Runs an image through steps, one after the other.
 * Every choice comes from `draws`: take them at (epoch, image index) of a `RandomStream`, and an image's augmentation does not depend on its batch or worker.
 * Images share what is drawn if their draws are taken at the same place, anew for each image; steps whose draws are not shared go in a second call with draws of their own.
 * So the 2012 training, which drew one crop and one flip for 32 images in a row and a colour shift for each image, takes crop and flip at (epoch, number of the 32) of one stream
 * and the colour shift at (epoch, image index) of another.
 *
 * @param steps Transforms ({@link Transform}) and plain functions, in the order in which they happen.
 * @throws OptionError `OPTION_INVALID` for draws that are none and for a step that makes no image.
 * @returns The last image and the drawn values; {@link replay} makes the same image again from them.
 *
 * @example
 * ```ts
 * import { RandomStream } from '@convkit/tensor';
 * import { augment, randomCrop, randomFlip } from '@convkit/data-aug';
 *
 * const image = { width: 32, height: 32, channels: 3, data: new Uint8Array(32 * 32 * 3) };
 * const { drawn } = augment(image, [randomCrop(28), randomFlip()], new RandomStream(7, 'augment').at(0, 1041));
 * console.log(JSON.stringify(drawn));
 * ```
 */
export function augment(image: AnyImage, steps: readonly Step[], draws: RandomDraws): Augmented {
  if (typeof (draws as Partial<RandomDraws>).uniform !== 'function') {
    throw new OptionError({ code: 'OPTION_INVALID', message: 'augment: the third argument must be draws.', help: 'take them from a RandomStream: stream.at(epoch, index).' });
  }
  const drawn: Drawn[] = [];
  for (const [i, step] of steps.entries()) {
    if (typeof step === 'function') {
      image = step(image);
      if (!ArrayBuffer.isView(image.data)) {
        throw new OptionError({ code: 'OPTION_INVALID', message: `augment: step ${i} (${step.name === '' ? 'a function' : step.name}) made no image.`, help: 'a transform is called when it is put in: randomCrop(28), not randomCrop.' });
      }
    } else {
      const value: unknown = step.draw(image, draws);
      drawn.push({ transform: step.name, value });
      image = step.apply(image, value);
    }
  }
  return { image, drawn };
}

/**
 * Repeats an augmentation from the values it drew: the result has the same bytes.
 *
 * @throws OptionError `OPTION_INVALID` if `drawn` does not belong to these steps.
 */
export function replay(image: AnyImage, steps: readonly Step[], drawn: readonly Drawn[]): AnyImage {
  const names = steps.filter((step) => typeof step !== 'function').map((step) => step.name);
  if (names.join() !== drawn.map((entry) => entry.transform).join()) {
    throw new OptionError({
      code: 'OPTION_INVALID',
      message: 'replay: the drawn values are those of other steps.',
      values: { steps: names.join(', '), drawn: drawn.map((entry) => entry.transform).join(', ') },
    });
  }
  let next = 0;
  for (const step of steps) image = typeof step === 'function' ? step(image) : step.apply(image, drawn[next++].value);
  return image;
}
