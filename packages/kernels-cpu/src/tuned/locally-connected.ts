import { locallyConnectedBackwardInput, locallyConnectedBackwardWeights, locallyConnectedForward } from '@convkit/kernels-gpu';
import { sizeOf, type LaunchPlan } from '@convkit/tensor';
import { Operation } from '../operation.js';
import { MOST_TASKS } from '../team.js';
import type { Commands, Storage, Tuned } from '../tuned.js';
import { evenBlock } from './blocks.js';

const BLOCK_ROWS = 128;
const BLOCK_COLUMNS = 192;
const BLOCK_DEPTH = 384;
/** Tasks that a product at few places is cut into at least, so that the threads finish together. Their number must not matter, so it is no part of this. */
const LEAST_TASKS = 24;
/** Blocks of weight gradients. */
const GRADIENT_ROWS = 256;
const GRADIENT_DEPTH = 256;
/** Images in a panel, and how much longer than its numbers a panel is, since addresses that differ by whole pages displace each other in the cache. */
const PANEL = 4;
const PANEL_GAP = 64;

function sizesOf({ constants: { N, H, W, C, R, S, P, Q, K, strideH, strideW, top, left } }: LaunchPlan): readonly number[] {
  return [N, H, W, C, R, S, P, Q, K, strideH, strideW, top, left];
}

/** How the products at `places` of `images` rows and `columns` are cut; undefined where there are too many of them. */
function cut(images: number, columns: number, places: number) {
  const rows = Math.max(16, evenBlock(images, Math.min(BLOCK_ROWS, Math.ceil((images * places) / LEAST_TASKS)), PANEL));
  const blockColumns = evenBlock(columns, BLOCK_COLUMNS, 8);
  const tasks = Math.ceil(images / rows) * Math.ceil(columns / blockColumns) * places;
  return tasks > MOST_TASKS ? undefined : { rows, columns: blockColumns, tasks };
}

/** Packs images for the products at all places. @returns the address of the first panel and the bytes to the next */
function packed(commands: Commands, images: Storage, count: number): readonly [at: number, stride: number] {
  const size = images.count / count;
  const stride = size * PANEL * 4 + PANEL_GAP;
  const panels = Math.ceil(count / PANEL);
  const at = commands.temporary((panels * stride) / 4);
  commands.submit(Operation.PackImages, panels, [images.block.at, at, count, size, stride]);
  return [at, stride];
}

const tunedForward: Tuned = ({ plan, inputs: [x, weight, bias] }, commands) => {
  const { N, C, S, K, P, Q } = plan.constants;
  const blocks = cut(N, K, P * Q);
  if (blocks === undefined) return undefined;
  const out = commands.result(sizeOf(plan.output));
  commands.submit(Operation.LocallyConnectedForward, blocks.tasks, [
    ...packed(commands, x, N), weight.block.at, bias.block.at, out.block.at, blocks.rows, blocks.columns, evenBlock(S * C, BLOCK_DEPTH, 4), ...sizesOf(plan),
  ]);
  return out;
};

const tunedBackwardInput: Tuned = ({ plan, inputs: [dy, weight] }, commands) => {
  const { N, H, W, C, K } = plan.constants;
  const blocks = cut(N, C, H * W);
  if (blocks === undefined) return undefined;
  const out = commands.result(sizeOf(plan.output));
  commands.submit(Operation.LocallyConnectedBackwardInput, blocks.tasks, [
    ...packed(commands, dy, N), weight.block.at, out.block.at, blocks.rows, blocks.columns, evenBlock(K, BLOCK_DEPTH, 4), ...sizesOf(plan),
  ]);
  return out;
};

const tunedBackwardWeights: Tuned = ({ plan, inputs: [x, dy] }, commands) => {
  const { N, C, R, S, K, P, Q } = plan.constants;
  const columns = evenBlock(K, BLOCK_COLUMNS, 8);
  const tasks = P * Q * R * Math.ceil(K / columns);
  if (tasks > MOST_TASKS) return undefined;
  const out = commands.result(sizeOf(plan.output));
  commands.submit(Operation.LocallyConnectedBackwardWeights, tasks, [
    x.block.at, dy.block.at, out.block.at, evenBlock(S * C, GRADIENT_ROWS, 4), columns, evenBlock(N, GRADIENT_DEPTH, 4), ...sizesOf(plan),
  ]);
  return out;
};

export const tunedLocallyConnected: readonly (readonly [object, Tuned])[] = [
  [locallyConnectedForward, tunedForward],
  [locallyConnectedBackwardInput, tunedBackwardInput],
  [locallyConnectedBackwardWeights, tunedBackwardWeights],
];
