import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PixelSums, type AnyImage, type PixelTotals } from '@convkit/data-aug';
import golden from './golden/colours.json' with { type: 'json' };
import { floatImage, image } from './images.js';

function sumsOf(...images: AnyImage[]): PixelSums {
  const sums = new PixelSums(images[0].channels);
  for (const each of images) sums.add(each);
  return sums;
}

describe('PixelSums', () => {
  const { width, height, pixels } = golden.picture;
  const picture = { width, height, channels: 3, data: Uint8Array.from(pixels) };

  // Numbers of up to 6,000, of which both computations keep 15 digits.
  it('has the mean, covariance and colour axes that NumPy has', () => {
    const sums = sumsOf(picture);
    sums.mean().forEach((value, c) => expect(value).toBeCloseTo(golden.picture.mean[c], 10));
    sums.covariance().forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(golden.picture.matrix[i][j], 9)));
    const { deviations, axes } = sums.colourPca();
    golden.picture.values.forEach((value, i) => expect(deviations[i] ** 2).toBeCloseTo(value, 9));
    golden.picture.vectors.forEach((vector, i) => vector.forEach((component, c) => expect(axes[i][c]).toBeCloseTo(component, 12)));
  });

  it('is the same to the bit in whatever order and in whatever pieces the bytes come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Array.from({ length: 8 }, (_, i) => i), { minLength: 8 }), (order) => {
        const pieces = Array.from({ length: 8 }, (_, i) => image(1 + i, 3, 3, 50 * i));
        const whole = { width: 1, height: pieces.reduce((sum, piece) => sum + 3 * piece.width, 0), channels: 3, data: Uint8Array.from(pieces.flatMap(({ data }) => [...data])) };
        const [a, b] = [sumsOf(...order.map((i) => pieces[i])), sumsOf(whole)];
        expect([a.pixels, a.mean(), a.covariance(), a.colourPca()]).toEqual([b.pixels, b.mean(), b.covariance(), b.colourPca()]);
      }),
      { numRuns: 20 },
    );
  });

  it('is the same to the bit when totals of parts are kept as JSON and added', () => {
    const parts = [image(3, 5, 3), image(7, 2, 3, 90), image(1, 1, 3, 4)];
    const together = new PixelSums(3);
    for (const part of parts) together.addTotals(JSON.parse(JSON.stringify(sumsOf(part).totals)) as PixelTotals);
    const whole = sumsOf(...parts);
    expect(together.totals).toEqual(whole.totals);
    expect([together.mean(), together.covariance(), together.colourPca()]).toEqual([whole.mean(), whole.covariance(), whole.colourPca()]);
    expect(sumsOf(floatImage(1, 1, 3, (i) => [2, 3, 5][i])).totals).toEqual({ pixels: 1, sums: [2, 3, 5], products: [4, 6, 10, 9, 15, 25] });
    expect(() => new PixelSums(1).addTotals(whole.totals)).toThrow('totals of 3 sums and 6 products were added, but the channels of these sums are 1.');
  });

  it('counts any number of channels', () => {
    const grey = sumsOf(image(5, 4, 1), image(2, 2, 1, 9));
    const values = [...image(5, 4, 1).data, ...image(2, 2, 1, 9).data];
    const mean = values.reduce((sum, value) => sum + value, 0) / 24;
    expect(grey.pixels).toBe(24);
    expect(grey.mean()[0]).toBeCloseTo(mean, 12);
    expect(grey.deviation()[0]).toBeCloseTo(Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 24), 10);
    expect(sumsOf(image(3, 3, 4)).covariance().map((row) => row.length)).toEqual([4, 4, 4, 4]);
  });

  it('finds the one axis of grey pictures, and none in flat ones', () => {
    const grey = floatImage(3, 1, 3, (i) => [-3, 0, 3][Math.floor(i / 3)]);
    const { deviations, axes } = sumsOf(grey).colourPca();
    expect(deviations[2]).toBeCloseTo(Math.sqrt(18), 12);
    expect(deviations[0] + deviations[1]).toBeLessThan(1e-7);
    axes[2].forEach((component) => expect(component).toBeCloseTo(1 / Math.sqrt(3), 12));
    expect(sumsOf(floatImage(2, 2, 3, () => 7)).colourPca()).toEqual({ deviations: [0, 0, 0], axes: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] });
  });

  it('points every axis so that its first component is positive, whichever it is', () => {
    // Only blue and green differ, blue against green; red stays at 10.
    const { axes } = sumsOf({ width: 3, height: 1, channels: 3, data: new Uint8Array([10, 9, 1, 10, 6, 3, 10, 1, 9]) }).colourPca();
    for (const axis of axes) expect(axis.find((component) => Math.abs(component) > 1e-6)).toBeGreaterThan(0);
    expect([axes[2][1] > 0, axes[2][2] < 0]).toEqual([true, true]);
  });

  it('refuses what it cannot add or tell', () => {
    expect(() => sumsOf(image(2, 2, 3), image(2, 2, 1))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: PixelSums: an image is 2x2x1, but the channels of these sums are 3.
        help: turn all images into RGB with toRgb, or into grey with toGrey.
        code: SHAPE_MISMATCH]
    `);
    expect(() => sumsOf({ ...image(2, 2, 3), width: 3 })).toThrow('PixelSums: an image of 2x3x3 holds 18 values, but its data has 12.');
    expect(() => sumsOf(image(2, 2, 1)).colourPca()).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: PixelSums: colourPca needs 3 channels, but the channels of these sums are 1.
        code: SHAPE_MISMATCH]
    `);
    expect(() => new PixelSums(3).colourPca()).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: PixelSums: no image was added, so there is nothing to tell.
        code: SHAPE_INVALID]
    `);
    expect(() => new PixelSums(0)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: PixelSums: channels is 0, but must be a whole number of at least 1.
        code: SHAPE_INVALID]
    `);
  });
});
