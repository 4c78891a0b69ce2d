import { alexnet2012Recipe, alexnetMiniRecipe, imageFormat, inputShape, prepareImage, trainingSteps, viewsOf, type ImageFormat } from '@convkit/alexnet';
import { augment, type FloatImage, type Image } from '@convkit/data-aug';
import { OptionError, RandomStream } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';

/** Pixel (row, column) of channel c is 100 row + column + 0.1 c, so that every pixel tells where it came from. */
function placed(height: number, width: number, channels: number): FloatImage {
  const data = Float32Array.from({ length: height * width * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    return 100 * Math.floor(pixel / width) + (pixel % width) + 0.1 * (i % channels);
  });
  return { width, height, channels, data };
}

const classes = ['a', 'b', 'c'];
const zeroMean = (channels: number) => ({ mean: new Array<number>(channels).fill(0), deviation: new Array<number>(channels).fill(1) });

describe('imageFormat', () => {
  it.each([
    ['28 x 28 grey', { width: 28, height: 28, channels: 1, classes }, { size: 28, channels: 1, classes: 3 }],
    ['32 x 32 RGB', { width: 32, height: 32, channels: 3, classes }, { size: 32, channels: 3, classes: 3 }],
    ['oblong', { width: 30, height: 28, channels: 3, classes }, { size: 32, channels: 3, classes: 3 }],
    ['large', { width: 64, height: 64, channels: 1, classes }, { size: 32, channels: 1, classes: 3 }],
    ['of no one size', { channels: 3, classes }, { size: 32, channels: 3, classes: 3 }],
  ])('of alexnet-mini for images that are %s', (_, data, format) => {
    expect(imageFormat(alexnetMiniRecipe, data)).toEqual(format);
  });

  it('of alexnet-2012 is always 256 x 256 RGB', () => {
    const format = imageFormat(alexnet2012Recipe, { width: 28, height: 28, channels: 1, classes });
    expect(format).toEqual({ size: 256, channels: 3, classes: 3 });
    expect(inputShape(alexnet2012Recipe, format)).toEqual([224, 224, 3]);
  });
});

describe('prepareImage', () => {
  it('leaves an image of the format alone', () => {
    const image = placed(28, 28, 1);
    expect(prepareImage({ size: 28, channels: 1, classes: 3 }, image)).toBe(image);
  });

  it('resizes by the short side, cuts the middle and repeats grey', () => {
    const image: Image = { width: 64, height: 32, channels: 1, data: Uint8Array.from({ length: 64 * 32 }, (_, i) => (i % 64 < 16 || i % 64 >= 48 ? 255 : i % 7)) };
    const prepared = prepareImage({ size: 32, channels: 3, classes: 3 }, image);
    expect([prepared.height, prepared.width, prepared.channels]).toEqual([32, 32, 3]);
    expect(Math.max(...prepared.data)).toBe(6);
    expect(prepared.data[0]).toBe(prepared.data[2]);
  });

  it('refuses a format of two channels', () => {
    expect(() => prepareImage({ size: 28, channels: 2, classes: 3 }, placed(28, 28, 1))).toThrow(OptionError);
  });
});

describe('trainingSteps', () => {
  const format: ImageFormat = { size: 256, channels: 3, classes: 3 };

  it('of 2012 crop, mirror, subtract the middle of the mean image, shift colours and divide by 1.1', () => {
    const meanImage = placed(256, 256, 3);
    const steps = trainingSteps(alexnet2012Recipe, format, { ...zeroMean(3), meanImage });
    const image: Image = { width: 256, height: 256, channels: 3, data: new Uint8Array(256 * 256 * 3).fill(200) };
    const { image: out, drawn } = augment(image, steps, new RandomStream(7, 'augment').at(0, 3));
    expect(drawn.map(({ transform }) => transform)).toEqual(['randomCrop', 'randomFlip', 'pcaNoise']);
    const { shift } = drawn[2].value as { shift: readonly number[] };
    expect([out.height, out.width]).toEqual([224, 224]);
    for (const c of [0, 1, 2]) expect(out.data[c]).toBeCloseTo((200 - (1616 + 0.1 * c) + shift[c]) / 1.1, 2);
  });

  it('of alexnet-mini give zero mean and unit deviation', () => {
    const steps = trainingSteps(alexnetMiniRecipe, { size: 28, channels: 1, classes: 3 }, { mean: [73], deviation: [90] });
    const { image, drawn } = augment({ width: 28, height: 28, channels: 1, data: new Uint8Array(784).fill(163) }, steps, new RandomStream(7, 'augment').at(0, 3));
    expect(drawn.map(({ transform }) => transform)).toEqual(['randomCrop', 'randomFlip']);
    expect(image.width).toBe(28 - alexnetMiniRecipe.border);
    expect(new Set(image.data)).toEqual(new Set([1]));
  });

  it('of a recipe with a mean image need one', () => {
    expect(() => trainingSteps(alexnet2012Recipe, format, zeroMean(3))).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: the recipe subtracts a mean image, but the statistics hold none.
        code: OPTION_INVALID]
    `);
  });
});

describe('viewsOf', () => {
  const format: ImageFormat = { size: 256, channels: 3, classes: 3 };
  const statistics = { ...zeroMean(3), meanImage: { width: 256, height: 256, channels: 3, data: new Float32Array(256 * 256 * 3) } };
  const firstPixels = (views: 1 | 10) => viewsOf(alexnet2012Recipe, format, statistics, placed(256, 256, 3), views).map(({ data }) => data[0]);

  it('takes the middle', () => {
    expect(firstPixels(1)).toEqual([1616]);
  });

  it('takes ten views in the order of 2012: corners and middle, then the same mirrored', () => {
    expect(firstPixels(10)).toEqual([0, 32, 1616, 3200, 3232, 223, 255, 1839, 3423, 3455]);
  });
});
