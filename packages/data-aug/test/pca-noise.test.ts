import { describe, expect, it } from 'vitest';

import { RandomStream } from '@convkit/tensor';

import { IMAGENET_PCA, pcaNoise, PixelSums, shiftColour } from '@convkit/data-aug';
import { at, floatImage, image } from './images.js';
import { chiSquare, correlation, kolmogorov, normalCdf } from './statistics.js';

const SIZE = { width: 2, height: 2 };

function shifts(count: number, options = {}): number[][] {
  const stream = new RandomStream(6, 'colour');
  const noise = pcaNoise(options);
  return Array.from({ length: count }, (_, i) => [...noise.draw(SIZE, stream.at(0, i)).shift]);
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

describe('pcaNoise', () => {
  it('has orthonormal axes to the digits they are known to', () => {
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) expect(dot(IMAGENET_PCA.axes[i], IMAGENET_PCA.axes[j])).toBeCloseTo(i === j ? 1 : 0, 6);
  });

  it('is V (z s 0.1) with z drawn in the order of the axes', () => {
    const draws = new RandomStream(6, 'colour').at(0, 0);
    const z = [draws.normal(), draws.normal(), draws.normal()];
    const expected = [0, 1, 2].map((c) => [0, 1, 2].reduce((sum, axis) => sum + IMAGENET_PCA.axes[axis][c] * z[axis] * IMAGENET_PCA.deviations[axis] * 0.1, 0));
    shifts(1)[0].forEach((value, c) => expect(value).toBeCloseTo(expected[c], 12));
  });

  // With 20,000 draws a deviation is known to 0.5 % (one standard error), a mean to deviation / 141, a correlation to 0.7 %; the bounds are four of these.
  it('has the deviations of 2012 along the axes, 12.18, 3.71 and 1.97, mean 0, no correlation', () => {
    const n = 20_000;
    const along = shifts(n).map((shift) => IMAGENET_PCA.axes.map((axis) => dot(shift, axis)));
    const deviation = [1.972, 3.709, 12.178];
    for (let i = 0; i < 3; i++) {
      const mean = along.reduce((sum, row) => sum + row[i], 0) / n;
      const spread = Math.sqrt(along.reduce((sum, row) => sum + row[i] ** 2, 0) / n);
      expect(Math.abs(mean)).toBeLessThan((4 * deviation[i]) / Math.sqrt(n));
      expect(Math.abs(spread / deviation[i] - 1)).toBeLessThan(0.02);
      for (let j = 0; j < i; j++) expect(Math.abs(along.reduce((sum, row) => sum + row[i] * row[j], 0) / n / deviation[i] / deviation[j])).toBeLessThan(0.03);
    }
  });

  // 4 x 4 x 4 cells of quarters of the normal law, 500 draws expected in each: a chi-square of 63 degrees of freedom; P(above 108) < 0.0005. It sees wrong laws and any dependence of the three.
  // Kolmogorov's statistic: P(above 2) = 0.0007. The correlation of one image's number and the next one's has a standard deviation of 1 / sqrt(32,000) = 0.0056; 0.0225 is four of them.
  it('is made of three standard normal numbers that know nothing of each other, nor of those of the image before', () => {
    const drawn = shifts(32_000).map((shift) => IMAGENET_PCA.axes.map((axis, i) => dot(shift, axis) / (0.1 * IMAGENET_PCA.deviations[i])));
    const cells = new Float64Array(64);
    for (const z of drawn) cells[z.reduce((cell, value) => 4 * cell + Math.min(3, Math.floor(4 * normalCdf(value))), 0)]++;
    expect(chiSquare(cells, 500)).toBeLessThan(108);
    for (let axis = 0; axis < 3; axis++) {
      const z = drawn.map((row) => row[axis]);
      expect(kolmogorov(z, normalCdf)).toBeLessThan(2);
      expect(Math.abs(correlation(z.slice(1), z.slice(0, -1)))).toBeLessThan(0.0225);
    }
  });

  // The shifts taken for pixels: the deviation of each axis is known to 1 / sqrt(2 n) = 0.5 %, and an axis is turned towards another by about the ratio of their deviations over
  // sqrt(n) = 141, at most 0.0047 for the closest two; the bounds are four of these.
  it('is undone by the axes of its own shifts', () => {
    const n = 20_000;
    const sums = new PixelSums(3);
    const pixels = shifts(n).flat();
    sums.add(floatImage(n, 1, 3, (i) => pixels[i]));
    const { deviations, axes } = sums.colourPca();
    for (let i = 0; i < 3; i++) {
      expect(Math.abs(deviations[i] / (0.1 * IMAGENET_PCA.deviations[i]) - 1)).toBeLessThan(0.02);
      expect(Math.abs(dot(axes[i], IMAGENET_PCA.axes[i]))).toBeGreaterThan(Math.cos(0.02));
    }
  });

  it('is V (z s^2 0.1) by eigenvalue, as the paper writes: 1483 along the main axis', () => {
    const draws = new RandomStream(6, 'colour').at(0, 0);
    const z = [draws.normal(), draws.normal(), draws.normal()];
    const [shift] = shifts(1, { by: 'eigenvalue' });
    for (let axis = 0; axis < 3; axis++) {
      const length = dot(shift, IMAGENET_PCA.axes[axis]);
      expect(length / (z[axis] * IMAGENET_PCA.deviations[axis] ** 2 * 0.1)).toBeCloseTo(1, 4);
    }
    expect(IMAGENET_PCA.deviations[2] ** 2 * 0.1).toBeCloseTo(1483, 0);
    expect(shifts(3, { by: 'deviation' })).toEqual(shifts(3));
  });

  it('grows with strength, and is nothing at 0', () => {
    const weak = shifts(5);
    shifts(5, { strength: 0.2 }).forEach((shift, i) => shift.forEach((value, c) => expect(value).toBeCloseTo(2 * weak[i][c], 12)));
    expect(shifts(5, { strength: 0 }).flat().every((value) => Math.abs(value) === 0)).toBe(true);
  });

  it('takes the axes of other data', () => {
    const pca = { deviations: [1, 2, 3], axes: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] } as const;
    const draws = new RandomStream(6, 'colour').at(0, 0);
    expect(shifts(1, { pca, strength: 1 })[0]).toEqual([draws.normal(), 2 * draws.normal(), 3 * draws.normal()]);
  });

  it('adds one colour to the whole image, then divides', () => {
    const whole = image(3, 2, 3);
    const shifted = pcaNoise({ divisor: 1.1 }).apply(whole, { shift: [10, -20.5, 0.25] });
    for (let y = 0; y < 2; y++) for (let x = 0; x < 3; x++) [10, -20.5, 0.25].forEach((shift, c) => expect(at(shifted, y, x, c)).toBeCloseTo((at(whole, y, x, c) + shift) / 1.1, 4));
    expect(shiftColour(floatImage(1, 1, 3, () => -1), [1, 2, 3]).data).toEqual(new Float32Array([0, 1, 2]));
  });

  it('refuses what it cannot use', () => {
    expect(() => pcaNoise().apply(image(2, 2, 1), { shift: [1, 1, 1] })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: shiftColour: the image has 1 channel, but a colour shift needs 3.
        help: leave colour noise out, or turn the image into RGB with toRgb.
        code: SHAPE_MISMATCH]
    `);
    expect(() => pcaNoise({ strength: -1 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: pcaNoise: strength is -1, but must be a finite number of at least 0.
        code: OPTION_INVALID]
    `);
    expect(() => pcaNoise({ by: 'variance' as 'eigenvalue' })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: pcaNoise: by is variance, but must be 'deviation' or 'eigenvalue'.
        code: OPTION_INVALID]
    `);
    expect(() => pcaNoise({ divisor: 0 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: pcaNoise: divisor is 0, but must be a finite number above 0.
        code: OPTION_INVALID]
    `);
  });
});
