import { openCpuDevice } from '@convkit/kernels-cpu';
import { RandomStream, Tensor, openHostDevice, sizeOf, type Device, type KernelSpec, type RandomDraws } from '@convkit/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernels, randomCases, type RandomCase } from './support/random-cases.js';

const CASES = 200;
const THREADS = [1, 2, 4];
/** Seven threads of three devices, on a machine that may be busy with other tests. */
const PATIENCE = 180_000;

const host = openHostDevice();
let devices: Device[] = [];

beforeAll(async () => {
  devices = await Promise.all(THREADS.map((threads) => openCpuDevice({ threads })));
});

afterAll(async () => {
  for (const device of devices) await device.destroy();
});

function fill(draws: RandomDraws, { shapes, fill: fills }: RandomCase): Tensor[] {
  return shapes.map((shape, i) => {
    const data = draws.fillUniform(new Float32Array(sizeOf(shape)), fills?.[i] === 'positive' ? 0.5 : -1, 1);
    if (fills?.[i] === 'wide') data.forEach((value, j) => (data[j] = value ** 3 * 120));
    if (fills?.[i] === 'coarse') data.forEach((value, j) => (data[j] = Math.round(value * 2)));
    if (fills?.[i] === 'one-hot') data.fill(0).forEach((_, j) => j % shape[1] === 0 && (data[j + draws.integer(shape[1])] = 1));
    return new Tensor(shape, data);
  });
}

async function compute(device: Device, kernel: KernelSpec, inputs: readonly Tensor[], attributes: RandomCase['attributes'], donate = false): Promise<Float32Array> {
  const uploaded = await Promise.all(inputs.map(({ shape, data }, i) => device.upload(shape, data, kernel.inputs[i])));
  using result = await device.run(kernel, uploaded, attributes, { donate: donate ? uploaded : [] });
  const { data } = await device.download(result);
  if (!donate) for (const tensor of uploaded) tensor.release();
  return data;
}

/** The largest difference as a part of the largest number; infinite when one is finite or NaN and the other is not. */
function distance(got: Float32Array, want: Float32Array): number {
  let difference = 0;
  let largest = 0;
  for (const [i, value] of want.entries()) {
    if (Number.isFinite(value)) {
      difference = Math.max(difference, Number.isFinite(got[i]) ? Math.abs(got[i] - value) : Infinity);
      largest = Math.max(largest, Math.abs(value));
    } else if (!Object.is(got[i], value)) return Infinity;
  }
  return difference === 0 ? 0 : difference / largest;
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  const [left, right] = [a, b].map(({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length));
  return left.length === right.length && left.every((word, i) => word === right[i] || (Number.isNaN(a[i]) && Number.isNaN(b[i])));
}

/** FNV-1a over words. */
function digest(hash: number, { buffer, byteOffset, length }: Float32Array): number {
  return new Uint32Array(buffer, byteOffset, length).reduce((sum, word) => Math.imul(sum ^ word, 0x0100_0193), hash);
}

it('has a random case for every kernel', () => {
  expect([...kernels.keys()].sort()).toEqual(Object.keys(randomCases).sort());
});

describe.each([...kernels])('%s', (name, kernel) => {
  it(`equals its body on ${CASES} random shapes, with equal bits on 1, 2 and 4 threads and into donated memory`, async () => {
    let worst = 0;
    let hash = 0x811c_9dc5;
    for (let i = 0; i < CASES; i++) {
      const draws = new RandomStream(3, name).at(i);
      const drawn = randomCases[name](draws);
      const inputs = fill(draws, drawn);
      const want = await compute(host, kernel, inputs, drawn.attributes);
      const results = await Promise.all(devices.map((device, j) => compute(device, kernel, inputs, drawn.attributes, j === 1)));
      for (const result of results.slice(1)) expect(sameBits(result, results[0]), `${JSON.stringify(drawn)} has other bits`).toBe(true);
      hash = digest(hash, results[0]);
      // The error of a sum of K rounded terms grows with the root of K.
      const bound = 1e-4 * Math.sqrt(Math.max(drawn.terms, 1) / 256);
      const error = distance(results[0], want) / bound;
      worst = Math.max(worst, error);
      expect(error, JSON.stringify(drawn)).toBeLessThan(1);
    }
    // One file for Node and Chromium: both make the same bits. What is tuned anew may make others (`vitest -u`).
    expect(hash >>> 0).toMatchSnapshot('digest of all results');
    console.info(`${name}: largest error ${(worst * 100).toFixed(1)} % of the bound`);
  }, PATIENCE);

  it('lets NaN and infinities through as its body does', async () => {
    for (let i = 0; i < 60; i++) {
      const draws = new RandomStream(4, name).at(i);
      const drawn = randomCases[name](draws);
      const inputs = fill(draws, drawn);
      for (const place of drawn.special) {
        for (const value of [NaN, Infinity, -Infinity]) if (draws.integer(2) === 0) inputs[place].data[draws.integer(inputs[place].data.length)] = value;
      }
      const want = await compute(host, kernel, inputs, drawn.attributes);
      const got = await compute(devices[1], kernel, inputs, drawn.attributes);
      expect(distance(got, want), JSON.stringify(drawn)).toBeLessThan(1e-4 * Math.sqrt(Math.max(drawn.terms, 16) / 256));
    }
  }, PATIENCE);
});

it('ran all of it by tuned code', () => {
  for (const device of devices) expect(device.report().untuned).toEqual([]);
});
