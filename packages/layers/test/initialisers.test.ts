import { RandomStream } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { constant, conv2d, gaussian, heNormal, Sequential, uniform, zeros, type Initialiser } from '@convkit/layers';

function values(initialise: Initialiser, fanIn = 50): Float32Array {
  const out = new Float32Array(20_000).fill(NaN);
  initialise(out, new RandomStream(1, 'w').at(), fanIn);
  return out;
}

function moments(data: Float32Array) {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  return { mean, deviation: Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length) };
}

it.each<[string, Initialiser, number]>([
  ['gaussian of a number', gaussian(0.01), 0.01],
  ['gaussian of a rule', gaussian((fanIn) => 3 / fanIn), 0.06],
  ['heNormal', heNormal, 0.2],
])('%s draws around zero with the deviation it says', (_, initialise, expected) => {
  const { mean, deviation } = moments(values(initialise));
  expect(Math.abs(mean)).toBeLessThan((5 * expected) / Math.sqrt(20_000));
  expect(Math.abs(deviation / expected - 1)).toBeLessThan(5 / Math.sqrt(2 * 20_000));
});

it.each<[string, Initialiser, number]>([
  ['a number', uniform(0.03), 0.03],
  ['a rule', uniform((fanIn) => 1 / Math.sqrt(fanIn)), 1 / Math.sqrt(50)],
])('uniform of %s draws evenly up to the bound on both sides', (_, initialise, bound) => {
  const data = values(initialise);
  const { mean, deviation } = moments(data);
  // The variance of uniform draws is bound² / 3, and that of their squares 4 bound⁴ / 45: five standard errors each.
  const expected = bound / Math.sqrt(3);
  expect(Math.abs(mean)).toBeLessThan((5 * expected) / Math.sqrt(20_000));
  expect(Math.abs(deviation / expected - 1)).toBeLessThan((5 * Math.sqrt(0.2)) / Math.sqrt(20_000));
  const extremes = [Math.min(...data), Math.max(...data)].map((value) => Math.abs(value) / bound);
  for (const extreme of extremes) expect(extreme).toBeGreaterThan(0.999);
  for (const extreme of extremes) expect(extreme).toBeLessThan(1 + 1e-6);
});

it('constants fill everything', () => {
  expect(new Set(values(constant(-7)))).toEqual(new Set([-7]));
  expect(new Set(values(zeros))).toEqual(new Set([0]));
});

it('layers hand them the fan-in of a group', () => {
  const seen: number[] = [];
  const spy: Initialiser = (_, __, fanIn) => seen.push(fanIn);
  new Sequential([conv2d('conv1', { outputs: 4, kernelSize: [3, 2], groups: 2, weight: spy, bias: spy })]).initialise([1, 8, 8, 10], 1);
  expect(seen).toEqual([30, 30]);
});
