import { RandomStream, sizeOf, type Device, type DeviceTensor, type Shape } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { testDevices } from '../../kernels-cpu/test/support/devices.js';
import { expectClose } from '../../kernels-gpu/test/support/expect-close.js';
import { NdArray } from '../../kernels-gpu/test/support/nd-array.js';
import { Sequential, conv2d, constant, gaussian, releaseAll, type Conv2dOptions } from '@convkit/layers';

describe('conv2d', () => {
  it('has the sizes, parameters and multiply-adds of the first two layers of AlexNet', () => {
    const conv1 = conv2d('conv1', { outputs: 96, kernelSize: 11, stride: 4, rounding: 'ceil' });
    expect(conv1.outputShape([1, 224, 224, 3])).toEqual([1, 55, 55, 96]);
    expect(conv1.multiplyAdds([1, 224, 224, 3])).toBe(105_415_200);
    expect(parametersOf(conv1.parameterSpecs([1, 224, 224, 3]))).toBe(34_944);
    const conv2 = conv2d('conv2', { outputs: 256, kernelSize: 5, padding: 2, groups: 2 });
    expect(conv2.outputShape([1, 27, 27, 96])).toEqual([1, 27, 27, 256]);
    expect(conv2.multiplyAdds([1, 27, 27, 96])).toBe(223_948_800);
    expect(parametersOf(conv2.parameterSpecs([1, 27, 27, 96]))).toBe(307_456);
  });

  it('hangs over at the right and at the bottom only: 224 pixels are 227 with three columns and rows of zeros there', async () => {
    const { open } = testDevices[0];
    const device = await open();
    const options = { outputs: 2, kernelSize: 5, stride: 4, weight: gaussian(1) };
    const small = new Sequential([conv2d('conv1', { ...options, rounding: 'ceil' })]);
    const padded = new Sequential([conv2d('conv1', { ...options, padding: [0, 3, 3, 0] })]);
    const image: Shape = [1, 14, 14, 3];
    const data = draw('x', image);
    const results = [];
    for (const net of [small, padded]) results.push(await evaluate(device, net, image, data));
    expect(results[0].shape).toEqual([1, 4, 4, 2]);
    expect(results[0]).toEqual(results[1]);
  });

  it('refuses impossible options', () => {
    expect(() => conv2d('conv1', { outputs: 0, kernelSize: 3 })).toThrow('conv1 (conv2d): outputs is 0, but must be a whole number of at least 1.\n  code: OPTION_INVALID');
    expect(() => conv2d('conv1', { outputs: 4, kernelSize: 3, groups: 3 })).toThrow('conv1 (conv2d): 4 outputs cannot be divided into 3 groups.\n  code: OPTION_INVALID');
    expect(() => conv2d('conv1', { outputs: 4, kernelSize: [3, 0] })).toThrow('conv1 (conv2d): kernelSize is [3, 0], but must be whole numbers of at least 1.');
    expect(() => conv2d('conv1', { outputs: 4, kernelSize: 3, stride: 0 })).toThrow('conv1 (conv2d): stride is 0, but must be a whole number of at least 1.');
    expect(() => conv2d('conv1', { outputs: 4, kernelSize: 3, padding: -1 })).toThrow('conv1 (conv2d): padding is -1, but must be a whole number of at least 0.');
    expect(() => conv2d('conv1', { outputs: 4, kernelSize: 3, rounding: 'up' as 'ceil' })).toThrow('conv1 (conv2d): rounding is "up", but must be "floor" or "ceil".');
  });
});

describe.each(testDevices)('conv2d on $name', ({ open }) => {
  it('in two groups equals two convolutions of half the channels each', async () => {
    const device = await open();
    const options = { kernelSize: 3, stride: 2, padding: 1, weight: gaussian(1), bias: constant(0.5) };
    const [N, H, W, C, K] = [2, 5, 6, 4, 6];
    const grouped = new Sequential([conv2d('conv1', { ...options, outputs: K, groups: 2 })]);
    const half = new Sequential([conv2d('conv1', { ...options, outputs: K / 2 })]);
    const x = draw('x', [N, H, W, C]);
    const parameters = grouped.initialise([N, H, W, C], 3);
    const whole = await evaluate(device, grouped, [N, H, W, C], x, new Map([...parameters].map(([name, { shape, data }]) => [name, new NdArray(shape, data)])));
    for (const part of [0, 1]) {
      const ownParameters = new Map([...parameters].map(([name, { shape, data }]) => [name, lastAxis(new NdArray(shape, data), part)]));
      const result = await evaluate(device, half, [N, H, W, C / 2], lastAxis(new NdArray([N, H, W, C], x), part).data, ownParameters);
      expectClose(result, lastAxis(whole, part), device.name === 'host' ? 0 : 1e-5);
    }
    await device.destroy();
  });

  it('refuses options that untyped code forgets or misspells', () => {
    expect(() => conv2d('conv1', { outputs: 2 } as Conv2dOptions)).toThrow('conv1 (conv2d): kernelSize is undefined, but must be a whole number of at least 1.\n  code: OPTION_INVALID');
    expect(() => conv2d('conv1', { outputs: 2, kernelSize: 3, padding: 'same' } as unknown as Conv2dOptions)).toThrow('conv1 (conv2d): padding is "same", but must be a whole number of at least 0.\n  code: OPTION_INVALID');
  });
});

function draw(name: string, shape: Shape): Float32Array {
  return new RandomStream(2, name).at().fillNormal(new Float32Array(sizeOf(shape)));
}

/** One half of the last axis. */
function lastAxis(array: NdArray, part: number): NdArray {
  const whole = array.shape[array.shape.length - 1];
  const values = [...array.data].filter((_, i) => Math.floor(((i % whole) / whole) * 2) === part);
  return new NdArray([...array.shape.slice(0, -1), whole / 2], values);
}

async function evaluate(device: Device, net: Sequential, shape: Shape, data: ArrayLike<number>, given?: ReadonlyMap<string, NdArray>): Promise<NdArray> {
  const parameters = new Map<string, DeviceTensor>();
  for (const [name, value] of given ?? net.initialise(shape, 3)) parameters.set(name, await device.upload(value.shape, Float32Array.from(value.data), name));
  const x = await device.upload(shape, Float32Array.from(data), 'x');
  const y = await net.predict(device, x, parameters);
  const result = NdArray.of(await device.download(y));
  releaseAll([x, y, ...parameters.values()]);
  return result;
}

function parametersOf(specs: readonly { readonly shape: Shape }[]): number {
  return specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
