/// <reference types="vite/client" />
import {
  avgPoolBackward,
  avgPoolForward,
  concatChannels,
  conv2dBackwardInput,
  conv2dBackwardWeights,
  conv2dForward,
  crossEntropyBackward,
  crossEntropyForward,
  denseBackwardInput,
  denseBackwardWeights,
  denseForward,
  dropout,
  labelRank,
  locallyConnectedBackwardInput,
  locallyConnectedBackwardWeights,
  locallyConnectedForward,
  logSumExpRows,
  lrnBackward,
  lrnForward,
  lrnScale,
  lrnWithinChannelBackward,
  lrnWithinChannelScale,
  maxPoolBackward,
  maxPoolForward,
  reluBackward,
  reluForward,
  sigmoidBackward,
  sigmoidForward,
  sliceChannels,
  softmax,
  sumRows,
  tanhBackward,
  tanhForward,
  transpose,
  type Conv2dAttributes,
  type CrossEntropyBackwardAttributes,
  type DropoutAttributes,
  type LocallyConnectedAttributes,
  type LrnAttributes,
  type LrnWithinChannelAttributes,
  type PoolAttributes,
  type SliceChannelsAttributes,
} from '@convkit/kernels-gpu';
import { readSafetensors } from '@convkit/model-io';
import { Tensor, type Device } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import goldenUrl from './kernels.safetensors?url&inline';

/** Of each number, or of the root mean square of its tensor where that is larger. */
const TOLERANCE = 1e-4;

/** A case as tools/golden/kernels.py wrote it: its tensors are called `operation: title/name`. */
interface GoldenCase {
  readonly operation: string;
  readonly title: string;
  readonly attributes: unknown;
}

/** Computes what the case has golden values for, by name. */
type Run = (device: Device, golden: (name: string) => Tensor, attributes: never) => Promise<Readonly<Record<string, Tensor>>>;

/** Bias gradients, and slabs of partial sums. */
async function sumColumns(device: Device, x: Tensor, columns: number): Promise<Tensor> {
  return compute(device, sumRows, [x], { columns, splits: 1 });
}

const operations: Readonly<Record<string, Run>> = {
  async conv2d(device, golden, attributes: Conv2dAttributes) {
    const [x, weight, bias, dy] = ['x', 'weight', 'bias', 'dy'].map(golden);
    const kernelSize = [weight.shape[0], weight.shape[1]] as const;
    const slabs = await compute(device, conv2dBackwardWeights, [x, dy], { ...attributes, kernelSize, splits: x.shape[0] });
    return {
      y: await compute(device, conv2dForward, [x, weight, bias], attributes),
      dx: await compute(device, conv2dBackwardInput, [dy, await compute(device, transpose, [weight], {})], { ...attributes, inputSize: [x.shape[1], x.shape[2]] }),
      dweight: new Tensor(weight.shape, (await sumColumns(device, slabs, weight.data.length)).data),
      dbias: await sumColumns(device, dy, bias.data.length),
    };
  },
  async locallyConnected(device, golden, attributes: LocallyConnectedAttributes) {
    const [x, weight, bias, dy] = ['x', 'weight', 'bias', 'dy'].map(golden);
    return {
      y: await compute(device, locallyConnectedForward, [x, weight, bias], attributes),
      dx: await compute(device, locallyConnectedBackwardInput, [dy, weight], { ...attributes, inputSize: [x.shape[1], x.shape[2]] }),
      dweight: await compute(device, locallyConnectedBackwardWeights, [x, dy], { ...attributes, kernelSize: [weight.shape[2], weight.shape[3]] }),
      dbias: new Tensor(bias.shape, (await sumColumns(device, dy, bias.data.length)).data),
    };
  },
  async concatChannels(device, golden) {
    const [a, b, dy] = ['a', 'b', 'dy'].map(golden);
    const [A, total] = [a, dy].map(({ shape }) => shape[shape.length - 1]);
    return {
      y: await compute(device, concatChannels, [a, b], {}),
      da: await compute(device, sliceChannels, [dy], { from: 0, to: A }),
      db: await compute(device, sliceChannels, [dy], { from: A, to: total }),
    };
  },
  async sliceChannels(device, golden, { from, to }: SliceChannelsAttributes) {
    const [x, dy] = ['x', 'dy'].map(golden);
    const zeros = (channels: number) => Tensor.zeros([...x.shape.slice(0, -1), channels]);
    const left = await compute(device, concatChannels, [zeros(from), dy], {});
    return {
      y: await compute(device, sliceChannels, [x], { from, to }),
      dx: await compute(device, concatChannels, [left, zeros(x.shape[x.shape.length - 1] - to)], {}),
    };
  },
  async dense(device, golden) {
    const [x, weight, bias, dy] = ['x', 'weight', 'bias', 'dy'].map(golden);
    return {
      y: await compute(device, denseForward, [x, weight, bias], {}),
      dx: await compute(device, denseBackwardInput, [dy, await compute(device, transpose, [weight], {})], { inputShape: x.shape }),
      dweight: await compute(device, denseBackwardWeights, [x, dy], {}),
      dbias: await sumColumns(device, dy, bias.data.length),
    };
  },
  async relu(device, golden) {
    const y = await compute(device, reluForward, [golden('x')], {});
    return { y, dx: await compute(device, reluBackward, [golden('dy'), y], {}) };
  },
  async tanh(device, golden) {
    const y = await compute(device, tanhForward, [golden('x')], {});
    return { y, dx: await compute(device, tanhBackward, [golden('dy'), y], {}) };
  },
  async sigmoid(device, golden) {
    const y = await compute(device, sigmoidForward, [golden('x')], {});
    return { y, dx: await compute(device, sigmoidBackward, [golden('dy'), y], {}) };
  },
  async lrn(device, golden, attributes: LrnAttributes) {
    const [x, dy] = ['x', 'dy'].map(golden);
    const scale = await compute(device, lrnScale, [x], attributes);
    return { y: await compute(device, lrnForward, [x, scale], attributes), dx: await compute(device, lrnBackward, [x, scale, dy], attributes) };
  },
  async lrnWithinChannel(device, golden, attributes: LrnWithinChannelAttributes) {
    const [x, dy] = ['x', 'dy'].map(golden);
    const scale = await compute(device, lrnWithinChannelScale, [x], attributes);
    return { y: await compute(device, lrnForward, [x, scale], attributes), dx: await compute(device, lrnWithinChannelBackward, [x, scale, dy], attributes) };
  },
  async maxPool(device, golden, attributes: PoolAttributes) {
    const [x, dy] = ['x', 'dy'].map(golden);
    return { y: await compute(device, maxPoolForward, [x], attributes), dx: await compute(device, maxPoolBackward, [x, dy], attributes) };
  },
  async avgPool(device, golden, attributes: PoolAttributes) {
    const [x, dy] = ['x', 'dy'].map(golden);
    const inputSize = [x.shape[1], x.shape[2]] as const;
    return { y: await compute(device, avgPoolForward, [x], attributes), dx: await compute(device, avgPoolBackward, [dy], { ...attributes, inputSize }) };
  },
  async dropout(device, golden, attributes: DropoutAttributes) {
    const [x, mask, dy] = ['x', 'mask', 'dy'].map(golden);
    return { y: await compute(device, dropout, [x, mask], attributes), dx: await compute(device, dropout, [dy, mask], attributes) };
  },
  async crossEntropy(device, golden, attributes: CrossEntropyBackwardAttributes) {
    const [logits, targets] = ['logits', 'targets'].map(golden);
    const lse = await compute(device, logSumExpRows, [logits], {});
    return {
      lse,
      losses: await compute(device, crossEntropyForward, [logits, lse, targets], {}),
      probabilities: await compute(device, softmax, [logits, lse], {}),
      dlogits: await compute(device, crossEntropyBackward, [logits, lse, targets], attributes),
      ranks: await compute(device, labelRank, [logits, targets], {}),
    };
  },
};

const bytes = new Uint8Array(await (await fetch(goldenUrl)).arrayBuffer());
const { tensors, metadata } = readSafetensors(bytes, { file: 'kernels.safetensors' });
const cases = JSON.parse(metadata.get('cases') ?? '[]') as readonly GoldenCase[];

it('holds cases of every operation', () => {
  expect(new Set(cases.map(({ operation }) => operation))).toEqual(new Set(Object.keys(operations)));
});

onEachDevice((device) => {
  it.each(cases)('agrees with PyTorch: $operation, $title', async ({ operation, title, attributes }) => {
    const prefix = `${operation}: ${title}/`;
    const golden = (name: string) => {
      const tensor = tensors.get(prefix + name);
      if (tensor === undefined) throw new Error(`kernels.safetensors has no ${prefix}${name}`);
      return tensor;
    };
    const computed = await operations[operation](device(), golden, attributes as never);
    // Soft targets have no rank; all else that is computed must have a golden value.
    const names = Object.keys(computed).filter((name) => name !== 'ranks' || tensors.has(`${prefix}ranks`));
    for (const name of names) expectClose(computed[name], NdArray.of(golden(name)), TOLERANCE);
  });
});
