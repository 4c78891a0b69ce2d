import fc from 'fast-check';
import { expect, it } from 'vitest';

import { resize, resizeShortSide, type AnyImage, type ImageSize } from '@convkit/data-aug';
import { anyImage, at, floatImage, image } from './images.js';

/** How much input pixel j counts for output pixel i, straight from the definition; the sum over all j is 1. */
function weight(inputs: number, outputs: number, i: number, j: number): number {
  if (inputs === outputs) return i === j ? 1 : 0;
  if (outputs < inputs) {
    const covered = Math.min((i + 1) * (inputs / outputs), j + 1) - Math.max(i * (inputs / outputs), j);
    return Math.max(0, covered) / (inputs / outputs);
  }
  const kernel = (x: number) => {
    const d = Math.abs(x);
    if (d <= 1) return 1.25 * d ** 3 - 2.25 * d ** 2 + 1;
    return d < 2 ? -0.75 * d ** 3 + 3.75 * d ** 2 - 6 * d + 3 : 0;
  };
  const centre = ((i + 0.5) * inputs) / outputs - 0.5;
  let sum = 0;
  for (let virtual = -4; virtual < inputs + 4; virtual++) if (Math.min(inputs - 1, Math.max(0, virtual)) === j) sum += kernel(centre - virtual);
  return sum;
}

function naive(of: AnyImage, { width, height }: ImageSize): number[] {
  const out: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < of.channels; c++) {
        let sum = 0;
        for (let i = 0; i < of.height; i++) for (let j = 0; j < of.width; j++) sum += weight(of.height, height, y, i) * weight(of.width, width, x, j) * at(of, i, j, c);
        out.push(sum);
      }
    }
  }
  return out;
}

it('agrees with the definition, down, up and mixed', () => {
  fc.assert(
    fc.property(anyImage, fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 }), (whole, width, height) => {
      const bytes = whole.data instanceof Uint8Array;
      const got = resize(whole, { width, height });
      expect([got.width, got.height, got.channels, got.data.constructor]).toEqual([width, height, whole.channels, whole.data.constructor]);
      naive(whole, { width, height }).forEach((value, i) => {
        const expected = bytes ? Math.min(255, Math.max(0, value)) : value;
        expect(Math.abs(got.data[i] - expected)).toBeLessThan(bytes ? 0.5 + 1e-9 : 1e-4);
      });
    }),
    { numRuns: 60 },
  );
});

it('shrinks by area', () => {
  expect([...resize({ width: 4, height: 2, channels: 1, data: new Uint8Array([0, 10, 100, 200, 20, 30, 100, 201]) }, { width: 2, height: 1 }).data]).toEqual([15, 150]);
  expect([...resize(floatImage(3, 1, 1, (i) => [3, 6, 12][i]), { width: 2, height: 1 }).data]).toEqual([4, 10]);
});

it('grows with the weights of OpenCV\'s INTER_CUBIC: at a quarter pixel -0.1055, 0.8789, 0.2617, -0.0352', () => {
  const impulse = floatImage(8, 1, 1, (i) => (i === 4 ? 1 : 0));
  const grown = resize(impulse, { width: 16, height: 1 });
  expect([...grown.data.subarray(5, 13)]).toEqual([-0.03515625, -0.10546875, 0.26171875, 0.87890625, 0.87890625, 0.26171875, -0.10546875, -0.03515625]);
});

it('leaves a flat image flat and keeps the mean when shrinking by a whole factor', () => {
  const flat = { width: 7, height: 5, channels: 3, data: new Uint8Array(105).fill(255) };
  for (const size of [1, 3, 5, 6, 7, 20]) expect(new Set(resize(flat, size).data)).toEqual(new Set([255]));
  const whole = floatImage(12, 8, 1, (i) => (i * i) % 97);
  const mean = (of: AnyImage) => Array.from(of.data).reduce((sum, value) => sum + value, 0) / of.data.length;
  expect(mean(resize(whole, { width: 4, height: 2 }))).toBeCloseTo(mean(whole), 4);
});

it('brings the short side to a length and keeps the proportions', () => {
  const size = (width: number, height: number, pixels: number) => {
    const { width: w, height: h } = resizeShortSide(image(width, height, 1), pixels);
    return [w, h];
  };
  expect(size(50, 37, 25)).toEqual([34, 25]);
  expect(size(37, 50, 74)).toEqual([74, 100]);
  expect(size(9, 3, 3)).toEqual([9, 3]);
  expect(size(1, 7, 2)).toEqual([2, 14]);
});

it('refuses what is no size', () => {
  expect(() => resize(image(2, 2, 1), { width: 0, height: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [OptionError: resize: size is 1x0, but must be made of whole numbers of at least 1.
      code: OPTION_INVALID]
  `);
  expect(() => resizeShortSide(image(2, 2, 1), 1.5)).toThrowErrorMatchingInlineSnapshot(`
    [OptionError: resizeShortSide: pixels is 1.5, but must be a whole number of at least 1.
      code: OPTION_INVALID]
  `);
});
