import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { RandomStream, type RandomDraws } from '@convkit/tensor';

import { augment, crop, flip, pcaNoise, randomCrop, randomFlip, replay, resizeShortSide, shiftColour, subtractMean, toBatch, type AnyImage, type Drawn, type Step } from '@convkit/data-aug';
import { floatImage, image } from './images.js';

const MEAN = floatImage(16, 16, 3, (i) => 100 + (i % 7));
const STEPS: readonly Step[] = [(whole) => resizeShortSide(whole, 16), randomCrop(13), randomFlip(), (part) => subtractMean(part, MEAN), pcaNoise({ divisor: 1.1 })];

describe('augment', () => {
  it('does its steps in order, with what they drew', () => {
    const whole = image(20, 18, 3);
    const { image: got, drawn } = augment(whole, STEPS, new RandomStream(8, 'augment').at(2, 30));
    expect(drawn.map(({ transform }) => transform)).toEqual(['randomCrop', 'randomFlip', 'pcaNoise']);
    const [box, { flipped }, { shift }] = drawn.map(({ value }) => value) as [Parameters<typeof crop>[1], { flipped: boolean }, { shift: [number, number, number] }];
    let expected: AnyImage = crop(resizeShortSide(whole, 16), box);
    if (flipped) expected = flip(expected);
    expect(got).toEqual(shiftColour(subtractMean(expected, MEAN), shift, 1.1));
  });

  it('gives the same bytes again from the same place, and others from another', () => {
    const whole = image(18, 18, 3);
    const run = (seed: number, epoch: number, index: number) => augment(whole, STEPS, new RandomStream(seed, 'augment').at(epoch, index));
    expect(run(8, 2, 30)).toEqual(run(8, 2, 30));
    for (const other of [run(9, 2, 30), run(8, 3, 30), run(8, 2, 31)]) expect(other.drawn).not.toEqual(run(8, 2, 30).drawn);
  });

  it('repeats from the drawn values, also after they have been JSON', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (epoch, index) => {
        const whole = image(17, 21, 3, index);
        const { image: got, drawn } = augment(whole, STEPS, new RandomStream(8, 'augment').at(epoch, index));
        const stored = JSON.parse(JSON.stringify(drawn)) as Drawn[];
        expect(stored).toEqual(drawn);
        expect(replay(whole, STEPS, stored)).toEqual(got);
      }),
    );
  });

  it('can share some draws among images and not others, as in 2012: one crop and flip for 32 images, one colour each', () => {
    const stream = new RandomStream(8, 'augment');
    const drawn = Array.from({ length: 64 }, (_, i) => {
      const moved = augment(image(16, 16, 3, i), [randomCrop(13), randomFlip()], stream.at(0, Math.floor(i / 32), 1));
      return [moved.drawn, augment(moved.image, [pcaNoise()], stream.at(0, i, 2)).drawn].map((values) => JSON.stringify(values));
    });
    expect(new Set(drawn.map(([place]) => place)).size).toBe(2);
    expect(new Set(drawn.map(([, shift]) => shift)).size).toBe(64);
  });

  it('leaves the image it is given alone', () => {
    const whole = image(18, 18, 3);
    const before = whole.data.slice();
    const { image: got } = augment(whole, [flip, (same) => subtractMean(same, [1, 2, 3]), randomFlip(0)], new RandomStream(1, 'x').at());
    expect(whole.data).toEqual(before);
    expect(got.data).not.toBe(whole.data);
  });

  it('refuses to repeat what other steps drew', () => {
    expect(() => replay(image(18, 18, 3), STEPS, [{ transform: 'randomFlip', value: { flipped: true } }])).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: replay: the drawn values are those of other steps.
        steps randomCrop, randomFlip, pcaNoise
        drawn randomFlip
        code: OPTION_INVALID]
    `);
  });

  it('refuses a stream for draws, and a transform that was not called', () => {
    const stream = new RandomStream(1, 'augment');
    expect(() => augment(image(8, 8, 1, 0), [randomCrop(4)], stream as unknown as RandomDraws)).toThrow('augment: the third argument must be draws.\n  help: take them from a RandomStream: stream.at(epoch, index).\n  code: OPTION_INVALID');
    expect(() => augment(image(8, 8, 1, 0), [randomCrop as unknown as Step], stream.at(0, 0))).toThrow('augment: step 0 (randomCrop) made no image.');
  });

  // The best of 40 runs, for other programs may hold the processor; a closure per pixel would take ten times as long.
  it('makes a batch of 128 images of 28x28 in a few milliseconds', () => {
    const images = Array.from({ length: 128 }, (_, i) => image(32, 32, 1, i));
    const stream = new RandomStream(1, 'augment');
    const steps: readonly Step[] = [randomCrop(28), randomFlip(), (part) => subtractMean(part, [72.9])];
    const times = Array.from({ length: 40 }, (_, epoch) => {
      const start = performance.now();
      toBatch(images.map((whole, i) => augment(whole, steps, stream.at(epoch, i)).image));
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(4);
  });
});
