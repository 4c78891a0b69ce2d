import { openHostDevice } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { Sequential, lrn, type LrnOptions } from '@convkit/layers';

const alexnet = { size: 5, alpha: 1e-4, divideAlphaBySize: true, beta: 0.75, k: 2 };
const x = [100, -300, 200, 50, 0, 400];

async function normalise(options: LrnOptions, values = x): Promise<number[]> {
  const device = openHostDevice();
  const image = await device.upload([1, 1, 1, values.length], Float32Array.from(values), 'x');
  const y = await new Sequential([lrn('norm1', options)]).predict(device, image, new Map());
  return [...(await device.download(y)).data];
}

/** The paper's formula, with the alpha that is really multiplied by the sum. */
function naive(effectiveAlpha: number): number[] {
  return x.map((value, i) => {
    let sum = 0;
    for (let j = Math.max(0, i - 2); j <= Math.min(x.length - 1, i + 2); j++) sum += x[j] ** 2;
    return value / (2 + effectiveAlpha * sum) ** 0.75;
  });
}

describe('lrn', () => {
  it.each([
    [true, 2e-5],
    [false, 1e-4],
  ])('with divideAlphaBySize %s uses the effective alpha %s', async (divideAlphaBySize, effective) => {
    const y = await normalise({ ...alexnet, divideAlphaBySize });
    naive(effective).forEach((expected, i) => expect(Math.abs(y[i] - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected))));
  });

  it('scales what is small by 2^-0.75, whichever alpha', async () => {
    const device = openHostDevice();
    const image = await device.upload([1, 1, 1, 1], new Float32Array([1e-3]), 'x');
    const y = await new Sequential([lrn('norm1', alexnet)]).predict(device, image, new Map());
    expect((await device.download(y)).data[0] / 1e-3).toBeCloseTo(0.5946, 4);
  });

  it('in groups normalises each column by itself, to the bit', async () => {
    expect(await normalise({ ...alexnet, groups: 2 })).toEqual([...(await normalise(alexnet, x.slice(0, 3))), ...(await normalise(alexnet, x.slice(3)))]);
    expect(await normalise({ ...alexnet, groups: 2 })).not.toEqual(await normalise(alexnet));
  });

  it('refuses impossible options', () => {
    expect(() => lrn('norm1', { ...alexnet, size: 4 })).toThrow('norm1 (lrn): size is 4, but must be odd.\n  code: OPTION_INVALID');
    expect(() => lrn('norm1', { ...alexnet, size: 0 })).toThrow('norm1 (lrn): size is 0, but must be a whole number of at least 1.\n  code: OPTION_INVALID');
    expect(() => lrn('norm1', { ...alexnet, groups: 0.5 })).toThrow('norm1 (lrn): groups is 0.5, but must be a whole number of at least 1.\n  code: OPTION_INVALID');
    expect(() => lrn('norm1', { size: 5 } as LrnOptions)).toThrow('norm1 (lrn): alpha is undefined, but must be a number.\n  code: OPTION_INVALID');
    expect(() => lrn('norm1', { ...alexnet, beta: NaN })).toThrow('norm1 (lrn): beta is NaN, but must be a number.');
    expect(() => lrn('norm1', { ...alexnet, divideAlphaBySize: undefined } as unknown as LrnOptions)).toThrow('norm1 (lrn): divideAlphaBySize is undefined, but must be true or false.');
  });
});
