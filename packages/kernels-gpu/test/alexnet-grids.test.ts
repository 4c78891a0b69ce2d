import {
  conv2dBackwardInput,
  conv2dBackwardWeights,
  conv2dForward,
  crossEntropyBackward,
  denseBackwardInput,
  denseBackwardWeights,
  denseForward,
  lrnBackward,
  lrnForward,
  lrnScale,
  lrnWithinChannelBackward,
  lrnWithinChannelScale,
  maxPoolBackward,
  maxPoolForward,
  softmax,
  splitsFor,
  sumRows,
  transpose,
} from '@convkit/kernels-gpu';
import type { LaunchPlan, Shape } from '@convkit/tensor';
import { expect, it } from 'vitest';

const N = 128;
const NONE = [0, 0, 0, 0] as const;
const limits = { maxTermsPerThread: 8192 };

/** The layers of the 2012 network: convolutions, the images that are normalised, those that are pooled, and dense layers. */
const convolutions = [
  { x: [N, 224, 224, 3], weight: [11, 11, 3, 96], stride: [4, 4], padding: [0, 3, 3, 0], groups: 1 },
  { x: [N, 27, 27, 96], weight: [5, 5, 48, 256], stride: [1, 1], padding: [2, 2, 2, 2], groups: 2 },
  { x: [N, 13, 13, 256], weight: [3, 3, 256, 384], stride: [1, 1], padding: [1, 1, 1, 1], groups: 1 },
  { x: [N, 13, 13, 384], weight: [3, 3, 192, 384], stride: [1, 1], padding: [1, 1, 1, 1], groups: 2 },
  { x: [N, 13, 13, 384], weight: [3, 3, 192, 256], stride: [1, 1], padding: [1, 1, 1, 1], groups: 2 },
] as const;
const normalised: readonly Shape[] = [[N, 55, 55, 96], [N, 27, 27, 256]];
const pooled: readonly Shape[] = [[N, 55, 55, 96], [N, 27, 27, 256], [N, 13, 13, 256]];
const dense: readonly { readonly x: Shape; readonly weight: readonly [number, number] }[] = [
  { x: [N, 6, 6, 256], weight: [9216, 4096] },
  { x: [N, 4096], weight: [4096, 4096] },
  { x: [N, 4096], weight: [4096, 1000] },
];

function* plansOfAlexnet(): Generator<[name: string, plan: LaunchPlan]> {
  for (const { x, weight, ...attributes } of convolutions) {
    const [R, S, C, K] = weight;
    const forward = conv2dForward.plan([x, weight, [K]], attributes);
    const [, P, Q] = forward.output;
    const splits = splitsFor(limits, N, P * Q);
    yield [`conv2dForward ${x.join()}`, forward];
    yield [`conv2dBackwardInput ${x.join()}`, conv2dBackwardInput.plan([forward.output, [R, S, K, C]], { ...attributes, inputSize: [x[1], x[2]] })];
    const slabs = conv2dBackwardWeights.plan([x, forward.output], { ...attributes, kernelSize: [R, S], splits });
    yield [`conv2dBackwardWeights ${x.join()}`, slabs];
    yield [`sumRows of slabs ${x.join()}`, sumRows.plan([slabs.output], { columns: R * S * C * K, splits: 1 })];
    yield [`sumRows of bias ${x.join()}`, sumRows.plan([forward.output], { columns: K, splits: splitsFor(limits, N * P * Q, 1) })];
    yield [`transpose ${weight.join()}`, transpose.plan([weight], {})];
  }
  const lrn = { size: 5, alpha: 2e-5, beta: 0.75, k: 2 };
  for (const x of normalised) {
    yield [`lrnScale ${x.join()}`, lrnScale.plan([x], lrn)];
    yield [`lrnForward ${x.join()}`, lrnForward.plan([x, x], lrn)];
    yield [`lrnBackward ${x.join()}`, lrnBackward.plan([x, x, x], lrn)];
  }
  const spatial = { size: 5, alpha: 4e-5, beta: 0.75, k: 1 };
  const [, x2] = normalised;
  yield [`lrnWithinChannelScale ${x2.join()}`, lrnWithinChannelScale.plan([x2], spatial)];
  yield [`lrnWithinChannelBackward ${x2.join()}`, lrnWithinChannelBackward.plan([x2, x2, x2], spatial)];
  const pool = { window: [3, 3], stride: [2, 2], padding: NONE } as const;
  for (const x of pooled) {
    const forward = maxPoolForward.plan([x], pool);
    yield [`maxPoolForward ${x.join()}`, forward];
    yield [`maxPoolBackward ${x.join()}`, maxPoolBackward.plan([x, forward.output], pool)];
  }
  for (const { x, weight } of dense) {
    const [inputs, outputs] = weight;
    yield [`denseForward ${weight.join()}`, denseForward.plan([x, weight, [outputs]], {})];
    yield [`denseBackwardInput ${weight.join()}`, denseBackwardInput.plan([[N, outputs], [outputs, inputs]], { inputShape: x })];
    yield [`denseBackwardWeights ${weight.join()}`, denseBackwardWeights.plan([x, [N, outputs]], {})];
    yield [`transpose ${weight.join()}`, transpose.plan([weight], {})];
  }
  yield ['softmax', softmax.plan([[N, 1000], [N]], {})];
  yield ['crossEntropyBackward', crossEntropyBackward.plan([[N, 1000], [N], [N, 1000]], { factor: 1 })];
}

it.each([...plansOfAlexnet()])('the grid of %s fits every device at batch 128', (_, { grid }) => {
  const [z, y, x] = grid;
  // Work groups along one axis in WebGPU.
  expect(z).toBeLessThanOrEqual(65_535);
  // gpu.js lays one plane out as one texture of these sides, and several near a square.
  if (z === 1 && y > 1) expect(Math.max(x, y)).toBeLessThanOrEqual(8192);
});

it('cuts the sums of all gradients to what a thread bears', () => {
  for (const { x, weight, ...attributes } of convolutions) {
    const [, P, Q] = conv2dForward.plan([x, weight, [weight[3]]], attributes).output;
    expect(Math.ceil(N / splitsFor(limits, N, P * Q)) * P * Q).toBeLessThanOrEqual(limits.maxTermsPerThread);
  }
});
