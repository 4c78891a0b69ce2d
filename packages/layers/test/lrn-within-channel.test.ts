import { openHostDevice } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { Sequential, lrnWithinChannel, type LrnWithinChannelOptions } from '@convkit/layers';

const layer2 = { size: 5, alpha: 1e-3, divideAlphaBySize: true, beta: 0.75, k: 1 };
const [H, W, C] = [4, 7, 2];
const x = Float32Array.from({ length: H * W * C }, (_, i) => 100 * Math.sin(i));

async function normalise(options: LrnWithinChannelOptions): Promise<number[]> {
  const device = openHostDevice();
  const image = await device.upload([1, H, W, C], x, 'x');
  const y = await new Sequential([lrnWithinChannel('norm', options)]).predict(device, image, new Map());
  return [...(await device.download(y)).data];
}

/** The formula, with the alpha that is really multiplied by the sum. */
function naive(effectiveAlpha: number): number[] {
  return [...x].map((value, i) => {
    const [h, w, c] = [Math.floor(i / C / W), Math.floor(i / C) % W, i % C];
    let sum = 0;
    for (let row = Math.max(0, h - 2); row <= Math.min(H - 1, h + 2); row++)
      for (let column = Math.max(0, w - 2); column <= Math.min(W - 1, w + 2); column++) sum += x[(row * W + column) * C + c] ** 2;
    return value / (1 + effectiveAlpha * sum) ** 0.75;
  });
}

describe('lrnWithinChannel', () => {
  it.each([
    [true, 4e-5],
    [false, 1e-3],
  ])('with divideAlphaBySize %s uses the effective alpha %s', async (divideAlphaBySize, effective) => {
    const y = await normalise({ ...layer2, divideAlphaBySize });
    naive(effective).forEach((expected, i) => expect(Math.abs(y[i] - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected))));
  });

  it('refuses impossible options', () => {
    expect(() => lrnWithinChannel('norm', { ...layer2, size: 4 })).toThrow('norm (lrnWithinChannel): size is 4, but must be odd.\n  code: OPTION_INVALID');
    expect(() => lrnWithinChannel('norm', { ...layer2, size: 0 })).toThrow('norm (lrnWithinChannel): size is 0, but must be a whole number of at least 1.\n  code: OPTION_INVALID');
    expect(() => lrnWithinChannel('norm', { ...layer2, k: Infinity })).toThrow('norm (lrnWithinChannel): k is Infinity, but must be a number.');
  });
});
