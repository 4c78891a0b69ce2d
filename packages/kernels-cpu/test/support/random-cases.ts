import * as gpuKernels from '@convkit/kernels-gpu';
import * as optimKernels from '@convkit/optim';
import type { Attributes, KernelSpec, RandomDraws, Shape } from '@convkit/tensor';

/** A launch drawn at random. */
export interface RandomCase {
  readonly shapes: readonly Shape[];
  readonly attributes: Attributes;
  /** Terms of the longest sum. */
  readonly terms: number;
  /** Inputs whose every number may be infinite or NaN with the same outcome in the body. */
  readonly special: readonly number[];
  /** How the inputs are filled; numbers from -1 to 1 by default. */
  readonly fill?: readonly ('any' | 'positive' | 'one-hot' | 'coarse' | 'wide')[];
}

/** Sizes with tails: mostly small and odd, now and then beyond a tile, a block of rows, a span. */
function size(draws: RandomDraws, most: number): number {
  return 1 + draws.integer(draws.integer(4) === 0 ? most : Math.min(most, 9));
}

function convolution(draws: RandomDraws) {
  const groups = 1 + draws.integer(3);
  // Every third has the shape for which there is a code of its own.
  const minimal = draws.integer(3) === 0;
  const [C, K] = minimal ? [16 + draws.integer(30), 16 + draws.integer(60)] : [size(draws, 40), size(draws, 70)];
  const filter = () => 1 + draws.integer(draws.integer(5) === 0 ? 11 : 4);
  const square = 3 + 2 * draws.integer(2);
  const [R, S] = minimal ? [square, square] : [filter(), filter()];
  const stride = minimal ? ([1, 1] as const) : ([1 + draws.integer(4), 1 + draws.integer(4)] as const);
  const padded = draws.integer(3) > 0;
  const pad = (filter: number) => (padded ? draws.integer(filter + 1) : 0);
  const padding = [pad(R), pad(S), pad(R), pad(S)] as const;
  const least = (filter: number, before: number, after: number) => Math.max(1, filter - before - after);
  const H = least(R, padding[0], padding[2]) + draws.integer(minimal ? 20 : 9);
  const W = least(S, padding[3], padding[1]) + draws.integer(minimal ? 20 : 9);
  const N = size(draws, minimal ? 3 : 6);
  const P = Math.floor((H + padding[0] + padding[2] - R) / stride[0]) + 1;
  const Q = Math.floor((W + padding[1] + padding[3] - S) / stride[1]) + 1;
  return { N, H, W, C, K, R, S, P, Q, groups, padded, attributes: { stride, padding, groups } };
}

function locallyConnected(draws: RandomDraws) {
  const [R, S] = [1 + draws.integer(4), 1 + draws.integer(4)];
  const stride = [1 + draws.integer(3), 1 + draws.integer(3)] as const;
  const pad = (filter: number) => draws.integer(filter + 2);
  const padding = [pad(R), pad(S), pad(R), pad(S)] as const;
  const H = Math.max(1, R - padding[0] - padding[2]) + draws.integer(6);
  const W = Math.max(1, S - padding[1] - padding[3]) + draws.integer(6);
  const P = Math.floor((H + padding[0] + padding[2] - R) / stride[0]) + 1;
  const Q = Math.floor((W + padding[1] + padding[3] - S) / stride[1]) + 1;
  // Now and then one of the three is beyond a block, but not all, since bodies are slow.
  const large = draws.integer(12);
  const [N, C, K] = [size(draws, large === 0 ? 300 : 12), size(draws, large === 1 ? 420 : 20), size(draws, large === 2 ? 420 : 20)];
  return { N, H, W, C, K, R, S, P, Q, attributes: { stride, padding } };
}

function pooling(draws: RandomDraws) {
  const window = [1 + draws.integer(4), 1 + draws.integer(4)] as const;
  const padding = [draws.integer(window[0]), draws.integer(window[1]), draws.integer(window[0]), draws.integer(window[1])] as const;
  const stride = [1 + draws.integer(4), 1 + draws.integer(4)] as const;
  const H = window[0] + draws.integer(9);
  const W = window[1] + draws.integer(9);
  const [N, C] = [size(draws, 12), size(draws, 40)];
  const P = Math.floor((H + padding[0] + padding[2] - window[0]) / stride[0]) + 1;
  const Q = Math.floor((W + padding[1] + padding[3] - window[1]) / stride[1]) + 1;
  return { x: [N, H, W, C], y: [N, P, Q, C], attributes: { window, stride, padding } };
}

function normalisation(draws: RandomDraws) {
  const groups = 1 + draws.integer(3);
  const x = [size(draws, 4), size(draws, 6), size(draws, 6), groups * size(draws, 70)];
  return { x, attributes: { size: 1 + draws.integer(6), alpha: draws.uniform(), beta: draws.integer(2) === 0 ? 0.75 : 0.5 + draws.uniform(), k: 1 + draws.uniform(), groups } };
}

function normalisationWithinChannel(draws: RandomDraws) {
  const x = [size(draws, 12), size(draws, 20), size(draws, 20), size(draws, 40)];
  return { x, attributes: { size: 1 + 2 * draws.integer(4), alpha: draws.uniform(), beta: draws.integer(2) === 0 ? 0.75 : 0.5 + draws.uniform(), k: 1 + draws.uniform() } };
}

function flat(draws: RandomDraws): Shape {
  return draws.integer(20) === 0 ? [33_000 + draws.integer(40_000)] : [size(draws, 300), size(draws, 30)];
}

function elementwise(inputs: number, attributes: (draws: RandomDraws) => Attributes = () => ({})) {
  return (draws: RandomDraws): RandomCase => {
    const shape = flat(draws);
    return { shapes: Array.from({ length: inputs }, () => shape), attributes: attributes(draws), terms: 1, special: Array.from({ length: inputs }, (_, i) => i) };
  };
}

/** A curve, on numbers that reach far into its flat ends, or not. */
function curve(draws: RandomDraws): RandomCase {
  return { shapes: [flat(draws)], attributes: {}, terms: 1, special: [0], fill: [draws.integer(2) === 0 ? 'wide' : 'any'] };
}

function classes(draws: RandomDraws): Shape {
  return [size(draws, 40), size(draws, 1200)];
}

/** One draw of a launch, by the name under which the kernel is exported. */
export const randomCases: Readonly<Record<string, (draws: RandomDraws) => RandomCase>> = {
  conv2dForward(draws) {
    const { N, H, W, C, K, R, S, groups, padded, attributes } = convolution(draws);
    return { shapes: [[N, H, W, C * groups], [R, S, C, K * groups], [K * groups]], attributes, terms: R * S * C, special: padded ? [0, 2] : [0, 1, 2] };
  },
  conv2dBackwardInput(draws) {
    const { N, H, W, C, K, R, S, P, Q, groups, attributes } = convolution(draws);
    return { shapes: [[N, P, Q, K * groups], [R, S, K * groups, C]], attributes: { ...attributes, inputSize: [H, W] }, terms: R * S * K, special: [0] };
  },
  conv2dBackwardWeights(draws) {
    const { N, H, W, C, K, R, S, P, Q, groups, padded, attributes } = convolution(draws);
    return {
      shapes: [[N, H, W, C * groups], [N, P, Q, K * groups]],
      attributes: { ...attributes, kernelSize: [R, S], splits: 1 },
      terms: N * P * Q,
      special: padded ? [0] : [0, 1],
    };
  },
  locallyConnectedForward(draws) {
    const { N, H, W, C, K, R, S, P, Q, attributes } = locallyConnected(draws);
    return { shapes: [[N, H, W, C], [P, Q, R, S, C, K], [P, Q, K]], attributes, terms: R * S * C, special: [0, 1, 2] };
  },
  locallyConnectedBackwardInput(draws) {
    const { N, H, W, C, K, R, S, P, Q, attributes } = locallyConnected(draws);
    return { shapes: [[N, P, Q, K], [P, Q, R, S, C, K]], attributes: { ...attributes, inputSize: [H, W] }, terms: R * S * K, special: [0, 1] };
  },
  locallyConnectedBackwardWeights(draws) {
    const { N, H, W, C, K, R, S, P, Q, attributes } = locallyConnected(draws);
    return { shapes: [[N, H, W, C], [N, P, Q, K]], attributes: { ...attributes, kernelSize: [R, S] }, terms: N, special: [0, 1] };
  },
  denseForward(draws) {
    const [N, I, O] = [size(draws, 300), size(draws, 600), size(draws, 300)];
    return { shapes: [[N, I], [I, O], [O]], attributes: {}, terms: I, special: [0, 1, 2] };
  },
  denseBackwardInput(draws) {
    const [N, I, O] = [size(draws, 300), size(draws, 300), size(draws, 600)];
    return { shapes: [[N, O], [O, I]], attributes: { inputShape: [N, I] }, terms: O, special: [0, 1] };
  },
  denseBackwardWeights(draws) {
    const [N, I, O] = [size(draws, 300), size(draws, 300), size(draws, 300)];
    return { shapes: [[N, I], [N, O]], attributes: {}, terms: N, special: [0, 1] };
  },
  transpose(draws) {
    return { shapes: [[size(draws, 4), size(draws, 200), size(draws, 200)]], attributes: {}, terms: 1, special: [0] };
  },
  concatChannels(draws) {
    const others = Array.from({ length: draws.integer(4) }, () => size(draws, 20));
    return { shapes: [[...others, size(draws, 200)], [...others, size(draws, 200)]], attributes: {}, terms: 1, special: [0, 1] };
  },
  sliceChannels(draws) {
    const C = size(draws, 200);
    const from = draws.integer(C);
    return { shapes: [[...Array.from({ length: draws.integer(4) }, () => size(draws, 20)), C]], attributes: { from, to: from + 1 + draws.integer(C - from) }, terms: 1, special: [0] };
  },
  sumRows(draws) {
    const columns = size(draws, 1500);
    const rows = size(draws, 1200);
    return { shapes: [[rows, columns]], attributes: { columns, splits: 1 + draws.integer(3) }, terms: rows, special: [0] };
  },
  lrnScale(draws) {
    const { x, attributes } = normalisation(draws);
    return { shapes: [x], attributes, terms: attributes.size, special: [0] };
  },
  lrnForward(draws) {
    const { x, attributes } = normalisation(draws);
    return { shapes: [x, x], attributes, terms: 1, special: [0, 1], fill: ['any', 'positive'] };
  },
  lrnBackward(draws) {
    const { x, attributes } = normalisation(draws);
    return { shapes: [x, x, x], attributes, terms: attributes.size, special: [0, 1, 2], fill: ['any', 'positive', 'any'] };
  },
  lrnWithinChannelScale(draws) {
    const { x, attributes } = normalisationWithinChannel(draws);
    return { shapes: [x], attributes, terms: attributes.size ** 2, special: [0] };
  },
  lrnWithinChannelBackward(draws) {
    const { x, attributes } = normalisationWithinChannel(draws);
    return { shapes: [x, x, x], attributes, terms: attributes.size ** 2, special: [0, 1, 2], fill: ['any', 'positive', 'any'] };
  },
  maxPoolForward(draws) {
    const { x, attributes } = pooling(draws);
    return { shapes: [x], attributes, terms: 1, special: [0] };
  },
  maxPoolBackward(draws) {
    const { x, y, attributes } = pooling(draws);
    return { shapes: [x, y], attributes, terms: attributes.window[0] * attributes.window[1], special: [0, 1], fill: [draws.integer(2) === 0 ? 'coarse' : 'any', 'any'] };
  },
  avgPoolForward(draws) {
    const { x, attributes } = pooling(draws);
    return { shapes: [x], attributes, terms: attributes.window[0] * attributes.window[1], special: [0] };
  },
  avgPoolBackward(draws) {
    const { x, y, attributes } = pooling(draws);
    return { shapes: [y], attributes: { ...attributes, inputSize: [x[1], x[2]] }, terms: attributes.window[0] * attributes.window[1], special: [0] };
  },
  reluForward: elementwise(1),
  reluBackward: elementwise(2),
  tanhForward: curve,
  tanhBackward: elementwise(2),
  sigmoidForward: curve,
  sigmoidBackward: elementwise(2),
  dropout: elementwise(2, (draws) => ({ scale: draws.uniform() * 2 })),
  scale: elementwise(1, (draws) => ({ factor: draws.uniform() * 2 })),
  add: elementwise(2),
  sgdVelocity: elementwise(3, (draws) => ({ momentum: draws.uniform(), rate: draws.uniform(), decay: draws.uniform() })),
  sgdApply: elementwise(2, (draws) => ({ factor: draws.uniform() * 2 - 1 })),
  averageWeights: elementwise(2, (draws) => ({ share: draws.uniform() })),
  sumSquares(draws) {
    const lanes = size(draws, 600);
    const x = flat(draws);
    return { shapes: [[lanes], x], attributes: {}, terms: Math.ceil(x.reduce((product, each) => product * each, 1) / lanes), special: [0, 1], fill: ['positive', 'any'] };
  },
  clipFactor(draws) {
    const lanes = size(draws, 7000);
    return { shapes: [[lanes]], attributes: { most: draws.uniform() * 100 }, terms: lanes, special: [0], fill: ['positive'] };
  },
  clipGradient: (draws) => ({ shapes: [flat(draws), [1]], attributes: {}, terms: 1, special: [0, 1] }),
  logSumExpRows: (draws) => ({ shapes: [classes(draws)], attributes: {}, terms: 1, special: [0] }),
  softmax(draws) {
    const x = classes(draws);
    return { shapes: [x, [x[0]]], attributes: {}, terms: 1, special: [0, 1] };
  },
  crossEntropyForward(draws) {
    const x = classes(draws);
    return { shapes: [x, [x[0]], x], attributes: {}, terms: x[1], special: [0, 1, 2] };
  },
  crossEntropyBackward(draws) {
    const x = classes(draws);
    return { shapes: [x, [x[0]], x], attributes: { factor: draws.uniform() }, terms: x[1], special: [0, 1, 2] };
  },
  labelRank(draws) {
    const x = classes(draws);
    return { shapes: [x, x], attributes: {}, terms: 1, special: [0], fill: ['any', 'one-hot'] };
  },
};

/** Every kernel of the two packages, by the name under which it is exported. */
export const kernels: ReadonlyMap<string, KernelSpec> = new Map(
  Object.entries({ ...gpuKernels, ...optimKernels }).filter((entry): entry is [string, KernelSpec] => typeof entry[1] === 'object' && 'body' in entry[1]),
);
