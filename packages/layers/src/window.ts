import { OptionError, ShapeError, formatShape, type Shape } from '@convkit/tensor';
import { assertImages, assertWhole } from './checks.js';

/** How a window moves over an image. */
export interface WindowOptions {
  /** Step between windows, in pixels: one number, or `[rows, columns]`. Default 1. */
  readonly stride?: number | readonly [number, number];
  /** Border around the image, in pixels: one number, or `[top, right, bottom, left]`. Default 0. */
  readonly padding?: number | readonly [number, number, number, number];
  /**
   * What happens when the windows do not end at the border. `floor` leaves the last pixels out. `ceil` adds one more window, which hangs over at the right and
   * at the bottom only: 1 + ceil((2 padding + size - window) / stride), the rule of the 2012 code for convolutions and for pooling. Default `floor`.
   */
  readonly rounding?: 'floor' | 'ceil';
}

/** Names of {@link WindowOptions}. */
export const windowOptions = ['stride', 'padding', 'rounding'] as const;

/** A window of a fixed size, ready to be laid over images. */
interface Window {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Shape `[P, Q]` of the result on an image `[N, H, W, C]`, and the border `[top, right, bottom, left]` with the overhang of `ceil` included. */
  over(x: Shape): { readonly output: readonly [number, number]; readonly padding: readonly [number, number, number, number] };
}

/**
 * Checks the options once, and gives the geometry for any image.
 * @throws OptionError `OPTION_INVALID`
 */
export function windowOf(owner: string, sizeName: string, size: number | readonly [number, number], options: WindowOptions): Window {
  const given = options.padding ?? 0;
  const rounding = options.rounding ?? 'floor';
  assertWhole(owner, sizeName, size, 1);
  assertWhole(owner, 'stride', options.stride ?? 1, 1);
  assertWhole(owner, 'padding', given, 0);
  const [height, width] = pairOf(size);
  const [down, right] = pairOf(options.stride ?? 1);
  const border = typeof given === 'number' ? ([given, given, given, given] as const) : given;
  if (rounding !== 'floor' && rounding !== 'ceil') {
    throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: rounding is "${String(rounding)}", but must be "floor" or "ceil".` });
  }
  return {
    size: [height, width],
    stride: [down, right],
    over(x) {
      assertImages(owner, x);
      const [before, right0, after, left] = border;
      const rows = place(x[1], height, down, before, after, rounding);
      const columns = place(x[2], width, right, left, right0, rounding);
      if (rows.count < 1 || columns.count < 1) {
        throw new ShapeError({
          code: 'SHAPE_MISMATCH',
          message: `${owner}: a window of ${height} x ${width} does not fit into an image of ${x[1]} x ${x[2]}.`,
          values: { x: formatShape(x), padding: formatShape(border) },
          help: 'use a larger image, a smaller window or more padding.',
        });
      }
      return { output: [rows.count, columns.count], padding: [before, columns.after, rows.after, left] };
    },
  };
}

function place(size: number, window: number, stride: number, before: number, after: number, rounding: 'floor' | 'ceil') {
  const span = before + size + after - window;
  const steps = rounding === 'ceil' ? Math.ceil(span / stride) : Math.floor(span / stride);
  return { count: span < 0 ? 0 : steps + 1, after: Math.max(after, after + steps * stride - span) };
}

function pairOf(value: number | readonly [number, number]): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}
