import { RandomStream, openHostDevice, recordDevice, type Device } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { testDevices } from '../../kernels-cpu/test/support/devices.js';
import { softmaxCrossEntropy } from '@convkit/layers';
import { asContract, openDoubleDevice } from './support/double-device.js';
import { numericGradientOf } from './support/numeric-gradient-of.js';
import { watch } from './support/watch.js';

const N = 4;
const C = 5;
const logits = Float64Array.from(new RandomStream(1, 'logits').at().fillNormal(new Float32Array(N * C), 0, 3));
const hard = Float64Array.from([0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
const soft = Float64Array.from([0.5, 0.5, 0, 0, 0, 0.2, 0.2, 0.2, 0.2, 0.2, 0, 0.25, 0, 0.75, 0, 1, 0, 0, 0, 0]);

/** Minus the log-probability, by the definition. */
function naiveLosses(z: Float64Array, t: Float64Array): number[] {
  return Array.from({ length: N }, (_, n) => {
    const row = z.slice(n * C, n * C + C);
    const sum = row.reduce((total, value) => total + Math.exp(value), 0);
    return row.reduce((loss, value, c) => loss - t[n * C + c] * Math.log(Math.exp(value) / sum), 0);
  });
}

async function both(device: Device, z: Float64Array, t: Float64Array) {
  const data = (values: Float64Array) => (device.name === 'double' ? asContract(values) : Float32Array.from(values));
  using x = await device.upload([N, C], data(z), 'logits');
  using targets = await device.upload([N, C], data(t), 'targets');
  using loss = await softmaxCrossEntropy(device, x, targets);
  using dlogits = await loss.backward();
  return { losses: await device.download(loss.losses), ranks: await device.download(loss.ranks), dlogits: await device.download(dlogits) };
}

describe.each(testDevices)('softmaxCrossEntropy on $name', ({ open }) => {
  it.each([
    ['one-hot', hard],
    ['soft', soft],
  ])('gives each sample its loss, for %s targets', async (_, targets) => {
    const device = await open();
    const { losses, dlogits } = await both(device, logits, targets);
    expect(losses.shape).toEqual([N]);
    naiveLosses(logits, targets).forEach((expected, n) => expect(Math.abs(losses.data[n] - expected)).toBeLessThan(1e-4 * (1 + expected)));
    // Probabilities less targets, over the batch: each row sums to nothing.
    for (let n = 0; n < N; n++) expect(Math.abs(dlogits.data.slice(n * C, n * C + C).reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-6);
    expect(device.report().live()).toEqual([]);
    await device.destroy();
  });

  it('ranks the label among the logits, ties and what is no number against it', async () => {
    const device = await open();
    const z = Float64Array.from([9, 5, 6, 7, 8, 1, 1, 1, 1, 1, 3, 2, 1, 0, -1, NaN, NaN, NaN, NaN, NaN]);
    const { ranks } = await both(device, z, hard);
    expect([...ranks.data]).toEqual([4, 4, 0, 4]);
    await device.destroy();
  });

  it('stays finite for logits that would overflow', async () => {
    const device = await open();
    const { losses } = await both(device, Float64Array.from({ length: N * C }, (_, i) => (i % C === 0 ? 1000 : 0)), hard);
    expect([...losses.data]).toEqual([1000, 1000, 0, 1000]);
    await device.destroy();
  });
});

describe('softmaxCrossEntropy', () => {
  it.each([
    ['one-hot', hard],
    ['soft', soft],
  ])('has the gradient of the mean loss that finite differences show, for %s targets', async (_, targets) => {
    const device = openDoubleDevice();
    const { dlogits } = await both(device, logits, targets);
    const numeric = await numericGradientOf(async (moved) => (await both(device, moved, targets)).losses.data.reduce((sum, value) => sum + value, 0) / N, logits);
    numeric.forEach((slope, i) => expect(Math.abs(slope - dlogits.data[i])).toBeLessThan(1e-9));
  });

  it('owns what it made until released, reads nothing back, and lends nothing out', async () => {
    const device = recordDevice(openHostDevice());
    const x = await device.upload([N, C], Float32Array.from(logits), 'logits');
    const targets = await device.upload([N, C], Float32Array.from(hard), 'targets');
    const loss = await softmaxCrossEntropy(device, x, targets);
    expect(device.report().live().map(({ label }) => label)).toEqual(['logits', 'targets', 'loss.log_sum_exp_rows', 'loss.cross_entropy_forward', 'loss.label_rank']);
    const dlogits = await loss.backward();
    loss.release();
    loss.release();
    expect([x.released, targets.released, dlogits.released, loss.losses.released, loss.ranks.released]).toEqual([false, false, false, true, true]);
    expect(device.report().tensors).toBe(3);
    expect(device.calls.filter(({ verb }) => verb === 'download')).toEqual([]);
    await expect(loss.backward()).rejects.toThrow('was released or donated before');
  });

  it('leaves nothing behind when a launch fails', async () => {
    for (const failAt of [2, 3, 4]) {
      const device = watch(openHostDevice(), failAt);
      const x = await device.upload([N, C], Float32Array.from(logits), 'logits');
      const targets = await device.upload([N, C], Float32Array.from(hard), 'targets');
      await expect(softmaxCrossEntropy(device, x, targets)).rejects.toThrow('out of memory');
      expect(device.report().tensors).toBe(2);
    }
  });

  it('refuses targets of another shape', async () => {
    const device = openHostDevice();
    const x = await device.upload([2, 3], new Float32Array(6), 'logits');
    const targets = await device.upload([2], new Float32Array(2), 'targets');
    await expect(softmaxCrossEntropy(device, x, targets)).rejects.toThrow(
      'softmaxCrossEntropy: logits and targets must both be [N, C].\n  logits  [2, 3]\n  targets [2]\n  code: SHAPE_MISMATCH',
    );
  });
});
