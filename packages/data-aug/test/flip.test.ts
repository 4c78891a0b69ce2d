import fc from 'fast-check';
import { expect, it } from 'vitest';

import { RandomStream } from '@convkit/tensor';

import { flip, randomCrop, randomFlip } from '@convkit/data-aug';
import { anyImage, at, image } from './images.js';
import { chiSquare } from './statistics.js';

it('turns left into right and leaves rows and channels alone; twice is nothing', () => {
  fc.assert(
    fc.property(anyImage, (whole) => {
      const mirrored = flip(whole);
      expect(flip(mirrored)).toEqual(whole);
      for (let y = 0; y < whole.height; y++) for (let x = 0; x < whole.width; x++) for (let c = 0; c < whole.channels; c++) expect(at(mirrored, y, x, c)).toBe(at(whole, y, whole.width - 1 - x, c));
    }),
  );
});

// Of 10,000 fair draws the count has a standard deviation of 50; 200 is four of them.
it('flips as often as it is told', () => {
  const share = (probability: number | undefined) => {
    const stream = new RandomStream(4, 'flip');
    let flipped = 0;
    for (let i = 0; i < 10_000; i++) if (randomFlip(probability).draw({ width: 1, height: 1 }, stream.at(0, i)).flipped) flipped++;
    return flipped;
  };
  expect(Math.abs(share(undefined) - 5000)).toBeLessThan(200);
  expect(Math.abs(share(0.1) - 1000)).toBeLessThan(120);
  expect(share(0)).toBe(0);
  expect(share(1)).toBe(10_000);
});

// 2 x 33 cells, 300 draws expected in each: a chi-square of 65 degrees of freedom; P(above 110) < 0.0005.
it('flips without regard to the crop drawn before', () => {
  const counts = new Float64Array(66);
  const stream = new RandomStream(4, 'augment');
  const [random, flips] = [randomCrop(224), randomFlip()];
  for (let i = 0; i < 300 * counts.length; i++) {
    const draws = stream.at(0, i);
    const { x } = random.draw({ width: 256, height: 256 }, draws);
    counts[2 * x + Number(flips.draw({ width: 224, height: 224 }, draws).flipped)]++;
  }
  expect(chiSquare(counts, 300)).toBeLessThan(110);
});

it('applies what was drawn', () => {
  const whole = image(3, 2, 3);
  expect(randomFlip().apply(whole, { flipped: true })).toEqual(flip(whole));
  expect(randomFlip().apply(whole, { flipped: false })).toBe(whole);
});

it('refuses what is no probability', () => {
  expect(() => randomFlip(1.5)).toThrowErrorMatchingInlineSnapshot(`
    [OptionError: randomFlip: probability is 1.5, but must lie between 0 and 1.
      code: OPTION_INVALID]
  `);
  expect(() => randomFlip(Number.NaN)).toThrow('randomFlip: probability is NaN, but must lie between 0 and 1.');
});
