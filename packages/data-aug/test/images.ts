import fc from 'fast-check';

import type { AnyImage, FloatImage, Image } from '@convkit/data-aug';

/** Bytes that look random and are the same every time. */
export function image(width: number, height: number, channels: number, seed = 1): Image {
  return { width, height, channels, data: Uint8Array.from({ length: width * height * channels }, (_, i) => (Math.imul(i + seed, 2654435761) >>> 11) & 255) };
}

export function floatImage(width: number, height: number, channels: number, value: (i: number) => number): FloatImage {
  return { width, height, channels, data: Float32Array.from({ length: width * height * channels }, (_, i) => value(i)) };
}

/** The value at a row, column and channel. */
export function at(of: AnyImage, y: number, x: number, c: number): number {
  return of.data[(y * of.width + x) * of.channels + c];
}

/** Any small image, bytes or floats, grey or RGB. */
export const anyImage: fc.Arbitrary<AnyImage> = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom(1, 3), fc.nat(1000), fc.boolean())
  .map(([width, height, channels, seed, float]) => (float ? floatImage(width, height, channels, (i) => ((i * 37 + seed) % 101) - 50.5) : image(width, height, channels, seed)));
