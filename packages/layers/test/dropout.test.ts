import { openHostDevice, type Device } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { Sequential, dropout, type DropoutOptions, type ForwardMode } from '@convkit/layers';

const n = 100_000;

async function run({ name = 'drop1', ...options }: DropoutOptions & { readonly name?: string }, mode: ForwardMode, device: Device = openHostDevice()) {
  const net = new Sequential([dropout(name, options)]);
  const x = await device.upload([1, n], new Float32Array(n).fill(2), 'x');
  const { y, tape } = await net.forward(device, x, new Map(), mode);
  const { dx } = await net.backward(tape, await device.upload([1, n], new Float32Array(n).fill(3), 'dy'), { wantDx: true });
  if (dx === undefined) throw new Error('no gradient');
  return { y: (await device.download(y)).data, dx: (await device.download(dx)).data };
}

const at = (step: number, seed = 7): ForwardMode => ({ training: true, seed, step });

describe('dropout in training', () => {
  it.each([0.1, 0.5, 0.8])('keeps a share of %s, whatever the neighbour does', async (keep) => {
    const { y } = await run({ keep, scaling: 'test' }, at(1));
    const kept = Array.from(y, (value) => (value === 0 ? 0 : 1));
    const share = mean(kept);
    expect(Math.abs(share - keep)).toBeLessThan(5 * Math.sqrt((keep * (1 - keep)) / n));
    const pairs = mean(kept.slice(1).map((value, i) => value * kept[i]));
    expect(Math.abs(pairs - share ** 2)).toBeLessThan(5 * Math.sqrt(1 / n) * keep);
  });

  it('of 2012 only masks, and backward masks alike', async () => {
    const { y, dx } = await run({ keep: 0.5, scaling: 'test' }, at(1));
    expect(new Set(y)).toEqual(new Set([0, 2]));
    expect(Array.from(dx)).toEqual(Array.from(y, (value) => (value === 0 ? 0 : 3)));
  });

  it('of today also divides by the share kept, in backward alike, so that the mean stays', async () => {
    const { y, dx } = await run({ keep: 0.25, scaling: 'train' }, at(1));
    expect(new Set(y)).toEqual(new Set([0, 8]));
    expect(Array.from(dx)).toEqual(Array.from(y, (value) => (value === 0 ? 0 : 12)));
    expect(Math.abs(mean(y) - 2)).toBeLessThan(5 * 8 * Math.sqrt((0.25 * 0.75) / n));
  });

  it.each([[[4, 4, 4, 4]], [[1, 15]], [[7, 7, 2]]])('draws the same for the rows of a batch in parts of %j as for the whole, forward and backward', async (parts) => {
    const device = openHostDevice();
    const net = new Sequential([dropout('drop1', { keep: 0.5, scaling: 'train' })]);
    const pass = async (rows: number, firstRow: number | undefined) => {
      const shape = [rows, 3, 5];
      const ones = () => new Float32Array(15 * rows).fill(1);
      const { y, tape } = await net.forward(device, await device.upload(shape, ones()), new Map(), { training: true, seed: 7, step: 3, ...(firstRow === undefined ? {} : { firstRow }) });
      const { dx } = await net.backward(tape, await device.upload(shape, ones()), { wantDx: true });
      return [...(await device.download(y)).data, ...(await device.download(dx!)).data];
    };
    const whole = await pass(16, undefined);
    const halves: [number[], number[]] = [[], []];
    let firstRow = 0;
    for (const rows of parts) {
      const values = await pass(rows, firstRow);
      halves[0].push(...values.slice(0, 15 * rows));
      halves[1].push(...values.slice(15 * rows));
      firstRow += rows;
    }
    expect(halves.flat()).toEqual(whole);
    expect(new Set(whole)).toEqual(new Set([0, 2]));
  });

  it('draws a new mask for every step, seed and layer, and the same one for the same', async () => {
    const options = { keep: 0.5, scaling: 'test' } as const;
    const { y } = await run(options, at(1));
    expect((await run(options, at(1))).y).toEqual(y);
    for (const other of [await run(options, at(2)), await run(options, at(1, 8)), await run({ ...options, name: 'drop2' }, at(1))]) {
      const equal = mean(Array.from(other.y, (value, i) => (value === y[i] ? 1 : 0)));
      expect(Math.abs(equal - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / n));
    }
  });
});

describe('dropout in evaluation', () => {
  it('of 2012 multiplies by the share kept', async () => {
    const { y, dx } = await run({ keep: 0.25, scaling: 'test' }, { training: false });
    expect([new Set(y), new Set(dx)]).toEqual([new Set([0.5]), new Set([0.75])]);
  });

  it('of today changes nothing', async () => {
    const { y, dx } = await run({ keep: 0.25, scaling: 'train' }, { training: false });
    expect([new Set(y), new Set(dx)]).toEqual([new Set([2]), new Set([3])]);
  });

  it('of today hands its input on where it may, without a launch', async () => {
    const device = openHostDevice();
    const layer = dropout('drop1', { keep: 0.25, scaling: 'train' });
    const x = await device.upload([1, 2], new Float32Array([1, 2]), 'x');
    const { y } = await layer.forward({ device, x, donateX: true, parameters: {}, mode: { training: false }, wantTape: true });
    expect(y).toBe(x);
    expect(device.report().launches).toBe(0);
  });
});

it('refuses impossible options', () => {
  expect(() => dropout('drop1', { keep: 0, scaling: 'test' })).toThrow('drop1 (dropout): keep is 0, but must be above 0 and at most 1.\n  code: OPTION_INVALID');
  expect(() => dropout('drop1', { keep: 0.5, scaling: 'no' as 'test' })).toThrow('drop1 (dropout): scaling is "no", but must be "test" or "train".\n  code: OPTION_INVALID');
});

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
