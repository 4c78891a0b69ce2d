import { findRecipe, type LayerDesign, type NetworkDesign } from '@convkit/alexnet';
import { Tensor } from '@convkit/tensor';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { firstKernels, kernelPicture } from '../src/kernel-picture.js';

const weight = Tensor.from([1, 2, 3, 4], Array.from({ length: 24 }, (_, i) => i));
const network = (groups: number): NetworkDesign => {
  const mini = findRecipe('alexnet-mini').network;
  return { ...mini, layers: { ...mini.layers, conv2: { ...mini.layers.conv2, groups } as LayerDesign } };
};

it('finds both columns, as groups and apart', () => {
  const [a, b] = firstKernels(new Map([['conv1.weight', weight], ['conv1.bias', Tensor.zeros([4])]]), network(2), 'x');
  expect([a.shape, b.shape]).toEqual([[1, 2, 3, 2], [1, 2, 3, 2]]);
  expect([[...a.data.slice(0, 4)], [...b.data.slice(0, 4)]]).toEqual([[0, 1, 4, 5], [2, 3, 6, 7]]);
  expect(firstKernels(new Map([['conv1.weight', weight], ['conv1.bias', Tensor.zeros([4])]]), network(1), 'x')).toEqual([weight]);
  expect(firstKernels(new Map([['columns1.conv1a.weight', a], ['columns1.conv1b.weight', b]]), network(2), 'x')).toEqual([a, b]);
  expect(() => firstKernels(new Map(), network(2), 'x.safetensors')).toThrow('x.safetensors: has no first convolution "conv1"');
});

it('draws each number where it belongs, scaled jointly or kernel by kernel', async () => {
  const two = Tensor.from([1, 1, 3, 2], [0, 10, 50, 20, 100, 30]);
  const pixels = async (each: boolean) => {
    const { data: raw } = await sharp(await kernelPicture([two], { each, scale: 1 })).raw().toBuffer({ resolveWithObject: true });
    // One row of two kernels of a pixel, with a dark pixel around each.
    return [1, 3].map((x) => [...raw.subarray((5 + x) * 3, (5 + x) * 3 + 3)]);
  };
  expect(await pixels(false)).toEqual([[0, 128, 255], [26, 51, 77]]);
  expect(await pixels(true)).toEqual([[0, 128, 255], [0, 128, 255]]);
});
