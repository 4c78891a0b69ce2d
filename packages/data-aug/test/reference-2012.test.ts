import { describe, expect, it } from 'vitest';

import { RandomStream } from '@convkit/tensor';

import { augment, centreCrop, crop, flip, IMAGENET_PCA, pcaNoise, randomCrop, randomFlip, shiftColour, subtractMean, tenViews, type AnyImage, type Box, type Rgb, type Step } from '@convkit/data-aug';
import { floatImage, image } from './images.js';
import { tenViews2012, testView2012, trainingBatch2012, trainingSteps2012 } from './support/reference-2012.js';

/** A mean that is no whole number, and has another value at every pixel. */
const meanOf = (side: number) => floatImage(side, side, 3, (i) => 90 + ((i * 7919) % 1000) / 17);

/** The largest distance of two lists of single precision, counted in neighbours: 0 is equal, 1 is one unit in the last place. */
function distance(got: AnyImage, expected: readonly number[]): number {
  expect(got.data.length).toBe(expected.length);
  const places = (values: ArrayLike<number>) => new Int32Array(Float32Array.from(values).buffer).map((bits) => (bits < 0 ? -2147483648 - bits : bits));
  const [a, b] = [places(got.data), places(expected)];
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

/** 64 images with 33 x 33 places, their places drawn once for 32 and their colours one by one, and what the reference makes of the same numbers. */
function batch(side: number, size: number, count: number) {
  const mean = meanOf(side);
  const images = Array.from({ length: count }, (_, i) => image(side, side, 3, 1000 * i));
  const placeDraws = new RandomStream(8, 'augment');
  const colourDraws = new RandomStream(8, 'colour noise');
  const place: readonly Step[] = [randomCrop(size), randomFlip(), (view) => subtractMean(view, mean)];
  const drawn = images.map((whole, i) => {
    const placed = augment(whole, place, placeDraws.at(3, Math.floor(i / 32)));
    const coloured = augment(placed.image, [pcaNoise({ divisor: 1.1 })], colourDraws.at(3, i));
    const [box, { flipped }] = placed.drawn.map(({ value }) => value) as [Box, { flipped: boolean }];
    const { shift } = coloured.drawn[0].value as { shift: Rgb };
    return { placed: placed.image, coloured: coloured.image, box, flipped, shift };
  });
  const places = drawn.filter((_, i) => i % 32 === 0).map(({ box: { y, x }, flipped }) => ({ y, x, flipped }));
  const normals = images.map((_, i) => {
    const draws = colourDraws.at(3, i);
    return [draws.normal(), draws.normal(), draws.normal()];
  });
  return { mean, images, drawn, expected: trainingBatch2012(images, mean, size, places, normals, IMAGENET_PCA), places };
}

describe('training as in 2012', () => {
  it.each([
    { side: 48, size: 16, count: 96 },
    { side: 256, size: 224, count: 2 },
  ])('gives the numbers of the slow reference after each step: $count images, $size of $side', ({ side, size, count }) => {
    const { mean, images, drawn, expected, places } = batch(side, size, count);
    expect(new Set(places.map((place) => JSON.stringify(place))).size).toBe(Math.ceil(count / 32));
    images.forEach((whole, i) => {
      const { box, flipped, shift, placed, coloured } = drawn[i];
      const cropped = crop(whole, box);
      const mirrored = flipped ? flip(cropped) : cropped;
      const centred = subtractMean(mirrored, mean);
      // Each step rounds at most once, and so does the reference: equal to the bit, the colour shift added on its own included.
      expect(distance(cropped, expected[i].cropped)).toBe(0);
      expect(distance(mirrored, expected[i].mirrored)).toBe(0);
      expect(distance(centred, expected[i].centred)).toBe(0);
      expect(distance(placed, expected[i].centred)).toBe(0);
      expect(distance(shiftColour(centred, shift), expected[i].shifted)).toBe(0);
      // Shift and division in one step round once where the original rounds twice: one unit in the last place.
      expect(distance(coloured, expected[i].divided)).toBeLessThanOrEqual(1);
    });
  });

  it('mirrors some and leaves some, at many places', () => {
    const { places } = batch(48, 16, 32 * 12);
    expect(new Set(places.map(({ flipped }) => flipped)).size).toBe(2);
    expect(new Set(places.map(({ y, x }) => `${y} ${x}`)).size).toBe(12);
  });
});

describe('test as in 2012', () => {
  it.each([
    [48, 16],
    [256, 224],
    [35, 30],
  ])('gives the numbers of the slow reference to the bit: the middle and ten views of %i, cut to %i', (side, size) => {
    const [whole, mean] = [image(side, side, 3, 5), meanOf(side)];
    expect(distance(subtractMean(centreCrop(whole, size), mean), testView2012(whole, mean, size))).toBe(0);
    const views = tenViews2012(whole, mean, size);
    const got = tenViews(whole, size).map((view) => subtractMean(view, mean));
    expect([got.length, views.length]).toEqual([10, 10]);
    got.forEach((view, i) => expect(distance(view, views[i])).toBe(0));
  });
});

// So that equal results mean something: numbers worked out by hand, with 2x2 of 4x4.
it('is what the facts say, in numbers', () => {
  const whole = image(4, 4, 3, 0);
  const picture = { ...whole, data: Uint8Array.from({ length: 48 }, (_, i) => i) };
  const mean = floatImage(4, 4, 3, (i) => i / 2);
  const colours = { deviations: [10, 0, 0], axes: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] };
  // Crop at (2, 1): values 27 to 32 and 39 to 44; the middle of the mean starts at (1, 1) with 7.5.
  const { cropped, mirrored, centred, shifted, divided } = trainingSteps2012(picture, mean, 2, { y: 2, x: 1, flipped: true }, [2, 5, 5], colours);
  expect(cropped).toEqual([27, 28, 29, 30, 31, 32, 39, 40, 41, 42, 43, 44]);
  expect(mirrored).toEqual([30, 31, 32, 27, 28, 29, 42, 43, 44, 39, 40, 41]);
  expect(centred).toEqual([22.5, 23, 23.5, 18, 18.5, 19, 28.5, 29, 29.5, 24, 24.5, 25]);
  expect(shifted).toEqual([24.5, 23, 23.5, 20, 18.5, 19, 30.5, 29, 29.5, 26, 24.5, 25]);
  expect(divided[3]).toBe(Math.fround(20 / 1.1));
  expect(testView2012(picture, mean, 2)).toEqual([7.5, 8, 8.5, 9, 9.5, 10, 13.5, 14, 14.5, 15, 15.5, 16]);
  expect(tenViews2012(picture, mean, 2).map(([first]) => first)).toEqual([-7.5, -1.5, 7.5, 16.5, 22.5, -4.5, 1.5, 10.5, 19.5, 25.5]);
});
