import { findRecipe, imageFormat, inputShape, prepareImage, trainingSteps, viewsOf, type ImageFormat, type Recipe } from '@convkit/alexnet';
import { augment, IMAGENET_PCA, type FloatImage, type Image, type Step } from '@convkit/data-aug';
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

const coded = findRecipe('alexnet-2012-as-coded');
const written = findRecipe('alexnet-2012-as-written');
const mini = findRecipe('alexnet-mini');
const classes = ['a', 'b', 'c'];
const draws = () => new RandomStream(7, 'augment').at(0, 3);
const run = (steps: readonly Step[], image: Image) => augment(image, steps, draws());
const zeroMean = (channels: number) => ({ mean: new Array<number>(channels).fill(0), deviation: new Array<number>(channels).fill(1) });

describe('imageFormat', () => {
  it.each([
    ['28 x 28 grey', { width: 28, height: 28, channels: 1, classes }, { size: 28, channels: 1, classes: 3 }],
    ['32 x 32 RGB', { width: 32, height: 32, channels: 3, classes }, { size: 32, channels: 3, classes: 3 }],
    ['oblong', { width: 30, height: 28, channels: 3, classes }, { size: 32, channels: 3, classes: 3 }],
    ['large', { width: 64, height: 64, channels: 1, classes }, { size: 32, channels: 1, classes: 3 }],
    ['of no one size', { channels: 3, classes }, { size: 32, channels: 3, classes: 3 }],
  ])('of alexnet-mini for images that are %s', (_, data, format) => {
    expect(imageFormat(mini, data)).toEqual(format);
  });

  it('of alexnet-2012 is always 256 x 256 RGB', () => {
    const format = imageFormat(coded, { width: 28, height: 28, channels: 1, classes });
    expect(format).toEqual({ size: 256, channels: 3, classes: 3 });
    expect(inputShape(coded, format)).toEqual([224, 224, 3]);
  });
});

describe('prepareImage', () => {
  it('leaves an image of the format alone', () => {
    const image = placed(28, 28, 1);
    expect(prepareImage(mini, { size: 28, channels: 1, classes: 3 }, image)).toBe(image);
  });

  it('resizes by the short side, cuts the middle and repeats grey', () => {
    const image: Image = { width: 64, height: 32, channels: 1, data: Uint8Array.from({ length: 64 * 32 }, (_, i) => (i % 64 < 16 || i % 64 >= 48 ? 255 : i % 7)) };
    const prepared = prepareImage(mini, { size: 32, channels: 3, classes: 3 }, image);
    expect([prepared.height, prepared.width, prepared.channels]).toEqual([32, 32, 3]);
    expect(Math.max(...prepared.data)).toBe(6);
    expect(prepared.data[0]).toBe(prepared.data[2]);
  });

  it('warps and changes red and blue for Caffe', () => {
    const image: Image = { width: 4, height: 2, channels: 3, data: Uint8Array.from({ length: 24 }, (_, i) => 100 * (i % 3) + (i < 12 ? 0 : 50)) };
    const prepared = prepareImage(findRecipe('caffe-alexnet'), { size: 2, channels: 3, classes: 3 }, image);
    expect(prepared).toEqual({ width: 2, height: 2, channels: 3, data: Uint8Array.of(200, 100, 0, 200, 100, 0, 250, 150, 50, 250, 150, 50) });
  });

  it('refuses a format of two channels', () => {
    expect(() => prepareImage(mini, { size: 28, channels: 2, classes: 3 }, placed(28, 28, 1))).toThrow(OptionError);
  });
});

describe('trainingSteps', () => {
  const format: ImageFormat = { size: 256, channels: 3, classes: 3 };
  const meanImage = placed(256, 256, 3);
  const plain: Image = { width: 256, height: 256, channels: 3, data: new Uint8Array(256 * 256 * 3).fill(200) };

  it('of 2012 crop, mirror and subtract the middle of the mean image, then shift colours and divide by 1.1', () => {
    const { place, colour } = trainingSteps(coded, format, { ...zeroMean(3), meanImage }, 0);
    const placedImage = run(place, plain);
    expect(placedImage.drawn.map(({ transform }) => transform)).toEqual(['randomCrop', 'randomFlip']);
    expect([placedImage.image.height, placedImage.image.width]).toEqual([224, 224]);
    for (const c of [0, 1, 2]) expect(placedImage.image.data[c]).toBe(Math.fround(200 - Math.fround(1616 + 0.1 * c)));
    const { image, drawn } = augment(placedImage.image, colour, draws());
    expect(drawn.map(({ transform }) => transform)).toEqual(['pcaNoise']);
    const { shift } = drawn[0].value as { shift: readonly number[] };
    for (const c of [0, 1, 2]) expect(image.data[c]).toBe(Math.fround((placedImage.image.data[c] + shift[c]) / 1.1));
  });

  it('of 2012 leave the colours alone from epoch 67 on', () => {
    const colourAt = (epoch: number) => trainingSteps(coded, format, { ...zeroMean(3), meanImage }, epoch).colour.length;
    expect([0, 66, 67, 90].map(colourAt)).toEqual([1, 1, 0, 0]);
  });

  it('of the paper give every pixel its own mean, and nothing is divided', () => {
    const { place, colour } = trainingSteps(written, format, { ...zeroMean(3), meanImage }, 80);
    const { image, drawn } = run(place, plain);
    const { y, x } = drawn[0].value as { y: number; x: number };
    const flipped = (drawn[1].value as { flipped: boolean }).flipped;
    expect(image.data[0]).toBeCloseTo(200 - (100 * y + x + (flipped ? 223 : 0)), 2);
    const noisy = augment(image, colour, draws());
    const { shift } = noisy.drawn[0].value as { shift: readonly number[] };
    expect(noisy.image.data[0]).toBe(Math.fround(image.data[0] + shift[0]));
  });

  it('of Caffe have the channels of its nets', () => {
    const noisy: Recipe = { ...findRecipe('caffe-alexnet'), data: { ...findRecipe('caffe-alexnet').data, colourNoise: { strength: 0.1, by: 'deviation', divisor: 1, pca: 'imagenet' } } };
    const shiftOf = (recipe: Recipe) => (augment(plain, trainingSteps(recipe, format, { ...zeroMean(3), meanImage }, 0).colour, draws()).drawn[0].value as { shift: readonly number[] }).shift;
    expect(shiftOf(noisy)).toEqual([...shiftOf(coded)].reverse());
  });

  it('follow the colours of the data where the recipe says so', () => {
    const own: Recipe = { ...coded, data: { ...coded.data, colourNoise: { strength: 0.1, by: 'deviation', divisor: 1, pca: 'data' } } };
    const pca = { ...IMAGENET_PCA, deviations: [0, 0, 0] as const };
    const { drawn } = augment(plain, trainingSteps(own, format, { ...zeroMean(3), meanImage, pca }, 0).colour, draws());
    expect(drawn[0].value).toEqual({ shift: [0, 0, 0].map(() => expect.closeTo(0, 10) as number) });
    expect(() => trainingSteps(own, format, { ...zeroMean(3), meanImage }, 0)).toThrow('the recipe needs the colour axes of the training images');
  });

  it('of torchvision resize their crop, and use the published mean and deviation', () => {
    const { place, colour } = trainingSteps(findRecipe('torchvision'), format, zeroMean(3), 0);
    const { image, drawn } = run(place, { width: 300, height: 200, channels: 3, data: new Uint8Array(300 * 200 * 3).fill(200) });
    expect(drawn.map(({ transform }) => transform)).toEqual(['randomResizedCrop', 'randomFlip']);
    expect([image.height, image.width]).toEqual([224, 224]);
    const { data } = augment(image, colour, draws()).image;
    for (const [c, mean, deviation] of [[0, 0.485, 0.229], [1, 0.456, 0.224], [2, 0.406, 0.225]]) expect(data[c]).toBeCloseTo((200 / 255 - mean) / deviation, 4);
  });

  it('of alexnet-mini give zero mean and unit deviation', () => {
    const { place, colour } = trainingSteps(mini, { size: 28, channels: 1, classes: 3 }, { mean: [73], deviation: [90] }, 0);
    const { image, drawn } = run([...place, ...colour], { width: 28, height: 28, channels: 1, data: new Uint8Array(784).fill(163) });
    expect(drawn.map(({ transform }) => transform)).toEqual(['randomCrop', 'randomFlip']);
    expect(image.width).toBe(28 - mini.data.crop.border);
    expect(new Set(image.data)).toEqual(new Set([1]));
  });

  it('of a recipe with a mean image need one', () => {
    expect(() => trainingSteps(coded, format, zeroMean(3), 0)).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: the recipe needs the mean image of the training images, but the statistics hold none.
        code: OPTION_INVALID]
    `);
  });
});

describe('viewsOf', () => {
  const format: ImageFormat = { size: 256, channels: 3, classes: 3 };
  const statistics = { ...zeroMean(3), meanImage: { width: 256, height: 256, channels: 3, data: new Float32Array(256 * 256 * 3) } };
  const firstPixels = (views: 1 | 9 | 10) => viewsOf(coded, format, statistics, placed(256, 256, 3), views).map(({ data }) => data[0]);

  it('takes the middle', () => {
    expect(firstPixels(1)).toEqual([1616]);
  });

  it('takes ten views in the order of 2012: corners and middle, then the same mirrored', () => {
    expect(firstPixels(10)).toEqual([0, 32, 1616, 3200, 3232, 223, 255, 1839, 3423, 3455]);
  });
});
