import { ShapeError } from '@convkit/tensor';

/**
 * A picture of bytes: row by row from the top, the channels of a pixel side by side (red, green, blue, or one grey), values 0 to 255.
 * A plain object, so that any decoder can make one and any worker can send one.
 */
export interface Image {
  /** Columns, at least 1. */
  readonly width: number;
  /** Rows, at least 1. */
  readonly height: number;
  /** Numbers per pixel: 3 for RGB, 1 for grey. */
  readonly channels: number;
  /** `height * width * channels` values. */
  readonly data: Uint8Array;
}

/** A picture after arithmetic: the layout of {@link Image}, the values any number (still on the scale 0 to 255 until something scales them). */
export interface FloatImage {
  /** Columns, at least 1. */
  readonly width: number;
  /** Rows, at least 1. */
  readonly height: number;
  /** Numbers per pixel: 3 for RGB, 1 for grey. */
  readonly channels: number;
  /** `height * width * channels` values. */
  readonly data: Float32Array;
}

/** Either kind of picture. What moves pixels keeps the kind; what computes returns a {@link FloatImage}. */
export type AnyImage = Image | FloatImage;

/** Width and height, all that most draws need to know of a picture. */
export interface ImageSize {
  /** Columns, at least 1. */
  readonly width: number;
  /** Rows, at least 1. */
  readonly height: number;
}

/**
 * Checks that a picture's sizes are positive whole numbers and that it holds as many values as they say.
 *
 * @param owner Who asks, for the message.
 * @throws ShapeError `SHAPE_INVALID`, `SHAPE_MISMATCH`
 */
export function assertImage(image: AnyImage, owner: string): void {
  const { width, height, channels, data } = image;
  if (!isSize(width) || !isSize(height) || !isSize(channels)) {
    throw new ShapeError({
      code: 'SHAPE_INVALID',
      message: `${owner}: width, height and channels of an image must be whole numbers of at least 1.`,
      values: { image: formatImage(image) },
    });
  }
  if (data.length !== width * height * channels) {
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: `${owner}: an image of ${formatImage(image)} holds ${width * height * channels} values, but its data has ${data.length}.`,
    });
  }
}

/**
 * Checks that views of a size fit into an image, and tells by how many rows and columns the image is larger.
 *
 * @param owner Who cuts the views, for the message.
 * @throws ShapeError `SHAPE_MISMATCH`
 */
export function assertRoom(image: AnyImage, view: ImageSize, owner: string): { readonly below: number; readonly right: number } {
  const below = image.height - view.height;
  const right = image.width - view.width;
  if (below >= 0 && right >= 0) return { below, right };
  throw new ShapeError({
    code: 'SHAPE_MISMATCH',
    message: `${owner}: the image is smaller than a view.`,
    values: { image: formatImage(image), view: `${view.height}x${view.width}` },
    help: 'resize the image first, or take smaller views.',
  });
}

/** `height x width x channels` as text, for messages. */
export function formatImage(image: Omit<AnyImage, 'data'>): string {
  return `${image.height}x${image.width}x${image.channels}`;
}

/** An empty picture of the kind of `image` with another size. */
export function blankLike<I extends AnyImage>(image: I, width: number, height: number): I {
  const length = width * height * image.channels;
  const data = image.data instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
  return { width, height, channels: image.channels, data } as I;
}

/** Whether a number can be a width, a height or a count of channels. */
export function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
