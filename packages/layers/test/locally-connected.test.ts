import { sizeOf, type Shape } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { Sequential, gaussian, locallyConnected } from '@convkit/layers';

describe('locallyConnected', () => {
  const local3 = locallyConnected('local3', { outputs: 64, kernelSize: 3, padding: 1 });
  const x: Shape = [128, 6, 6, 64];

  it('has the sizes, parameters and multiply-adds of the local layers of cuda-convnet', () => {
    expect(local3.outputShape(x)).toEqual([128, 6, 6, 64]);
    expect(local3.parameterSpecs(x).map(({ name, shape, fanIn }) => ({ name, shape, fanIn }))).toEqual([
      { name: 'weight', shape: [6, 6, 3, 3, 64, 64], fanIn: 576 },
      { name: 'bias', shape: [6, 6, 64], fanIn: 576 },
    ]);
    expect(local3.multiplyAdds(x)).toBe(128 * 36 * 64 * 576);
    const local4 = locallyConnected('local4', { outputs: 32, kernelSize: 3, padding: 1 });
    expect(local4.parameterSpecs(x).map(({ shape }) => sizeOf(shape))).toEqual([36 * 576 * 32, 36 * 32]);
  });

  it('counts the places of windows that hang over', () => {
    const local1 = locallyConnected('local1', { outputs: 2, kernelSize: [2, 3], stride: 2, rounding: 'ceil' });
    expect(local1.outputShape([1, 5, 6, 4])).toEqual([1, 3, 3, 2]);
    expect(local1.parameterSpecs([1, 5, 6, 4])[0].shape).toEqual([3, 3, 2, 3, 4, 2]);
  });

  it('draws filters for every place', () => {
    const net = new Sequential([locallyConnected('local1', { outputs: 1, kernelSize: 1, weight: gaussian(1) })]);
    const weight = net.initialise([1, 4, 4, 1], 3).get('local1.weight');
    expect(new Set(weight?.data).size).toBe(16);
  });

  it('refuses impossible options', () => {
    expect(() => locallyConnected('local1', { outputs: 0, kernelSize: 3 })).toThrow('local1 (locallyConnected): outputs is 0, but must be a whole number of at least 1.\n  code: OPTION_INVALID');
    expect(() => locallyConnected('local1', { outputs: 4, kernelSize: [3, 0] })).toThrow('local1 (locallyConnected): kernelSize is [3, 0], but must be whole numbers of at least 1.');
    expect(() => locallyConnected('local1', { outputs: 4, kernelSize: 3, padding: -1 })).toThrow('local1 (locallyConnected): padding is -1, but must be a whole number of at least 0.');
  });
});
