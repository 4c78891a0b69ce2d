import { describe, expect, it } from 'vitest';

import { RandomStream } from '@convkit/tensor';

import { IMAGENET_PCA, pcaNoise, shiftColour } from '@convkit/data-aug';
import { at, floatImage, image } from './images.js';

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
    expect(() => pcaNoise({ divisor: 0 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: pcaNoise: divisor is 0, but must be a finite number above 0.
        code: OPTION_INVALID]
    `);
  });
});
