import { findRecipe, predict, type Recipe } from '@convkit/alexnet';
import { RandomStream, Tensor, openHostDevice, type Device } from '@convkit/tensor';
import { dense, Sequential, uploadParameters } from '@convkit/layers';
import { centreCrop, tenViews, type Image } from '@convkit/data-aug';
import { describe, expect, it } from 'vitest';

/** One dense layer on 4 x 4 pixels, whose answer can be worked out by hand. */
const mini = findRecipe('alexnet-mini');
const recipe: Recipe = { ...mini, data: { ...mini.data, sizes: [6, 6], crop: { border: 2 }, unitDeviation: false } };
const format = { size: 6, channels: 1, classes: 3 };
const statistics = { mean: [128], deviation: [64] };
const network = new Sequential([dense('fc', { outputs: 3 })]);
const weights = new RandomStream(7, 'weights').at().fillNormal(new Float32Array(16 * 3), 0, 0.01);

function picture(seed: number): Image {
  const draws = new RandomStream(seed, 'picture').at();
  return { width: 6, height: 6, channels: 1, data: Uint8Array.from({ length: 36 }, () => draws.integer(256)) };
}

/** Softmax of weights x (pixels - mean), in double precision. */
function answer({ data }: Image): number[] {
  const logits = [0, 1, 2].map((c) => data.reduce((sum, pixel, i) => sum + (pixel - 128) * weights[3 * i + c], 0));
  const powers = logits.map(Math.exp);
  return powers.map((power) => power / powers.reduce((a, b) => a + b));
}

async function predicted(device: Device, images: readonly Image[], views: 1 | 10): Promise<number[]> {
  const parameters = await uploadParameters(device, new Map([['fc.weight', new Tensor([16, 3], weights)], ['fc.bias', Tensor.zeros([3])]]));
  const probabilities = await predict({ device, network, parameters, recipe, format, statistics, views }, images);
  expect(probabilities.shape).toEqual([images.length, 3]);
  for (const tensor of parameters.values()) tensor.release();
  return [...probabilities.data];
}

describe('predict', () => {
  const images = [picture(1), picture(2), picture(3)];
  const expectAll = (actual: readonly number[], expected: readonly number[]) => {
    for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5);
  };

  it('looks at the middle of an image', async () => {
    expectAll(await predicted(openHostDevice(), images, 1), images.flatMap((image) => answer(centreCrop(image, 4))));
  });

  it('averages the probabilities of ten views, image by image', async () => {
    const expected = images.flatMap((image) => {
      const answers = tenViews(image, 4).map(answer);
      return [0, 1, 2].map((c) => answers.reduce((sum, one) => sum + one[c], 0) / 10);
    });
    expectAll(await predicted(openHostDevice(), images, 10), expected);
  });

  it('leaves nothing on the device', async () => {
    const device = openHostDevice();
    await predicted(device, images, 10);
    expect(device.report().tensors).toBe(0);
  });
});
