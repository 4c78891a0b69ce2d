import { conv2dBackwardInput, conv2dBackwardWeights, conv2dForward } from '@convkit/kernels-gpu';
import { sizeOf } from '@convkit/tensor';
import { Operation } from '../operation.js';
import { MOST_TASKS } from '../team.js';
import type { Commands, Storage, Tuned } from '../tuned.js';
import { evenBlock } from './blocks.js';
import { submitSumRows } from './reduce.js';
import { submitWinograd, worthWinograd } from './winograd.js';

/** Rows, columns and depth of the blocks that fit into the caches of a core with their packed operands. */
const BLOCK_ROWS = 128;
const BLOCK_DEPTH = 384;
/** Tasks that a small product is cut into at least, so that the threads finish together. Their number must not matter, so it is no part of this. */
const LEAST_TASKS = 24;
/** Blocks of weight gradients, and how many places one packs at once. */
const GRADIENT_ROWS = 256;
const GRADIENT_COLUMNS = 192;
const GRADIENT_DEPTH = 256;

/** The plan's constants, by the letters of the kernels. */
type Sizes = Readonly<Record<'N' | 'H' | 'W' | 'C' | 'R' | 'S' | 'K' | 'G' | 'P' | 'Q' | 'strideH' | 'strideW' | 'top' | 'left', number>>;

/** Weights `[taps, rows, groups, columns]` of which every `stepH`-th and `stepW`-th tap is packed. */
interface Filter {
  readonly firstTap: number;
  readonly tapsH: number;
  readonly tapsW: number;
  readonly stepH: number;
  readonly stepW: number;
}

interface Product {
  readonly weights: number;
  readonly bias: number;
  readonly out: Storage;
  readonly places: number;
  readonly columns: number;
  readonly depth: number;
  readonly groups: number;
  /** Height and width of the result, the first place in it and the step between places. */
  readonly grid: readonly [number, number, number, number, number, number];
  readonly patches: readonly number[];
}

function submitProduct(commands: Commands, { weights, bias, out, places, columns, depth, groups, grid, patches }: Product): void {
  const rows = Math.max(16, evenBlock(places, Math.min(BLOCK_ROWS, Math.ceil((places * groups) / LEAST_TASKS)), 4));
  const rowBlocks = Math.ceil(places / rows);
  const parts = Math.min(Math.ceil(LEAST_TASKS / (rowBlocks * groups)), Math.ceil(columns / 64));
  const blockColumns = evenBlock(columns, Math.ceil(columns / parts), 8);
  commands.submit(Operation.Conv2dProduct, rowBlocks * groups * Math.ceil(columns / blockColumns), [
    out.block.at,
    weights,
    bias,
    places,
    columns,
    depth,
    groups,
    rows,
    blockColumns,
    evenBlock(depth, BLOCK_DEPTH, 4),
    ...grid,
    ...patches,
  ]);
}

const tunedConv2dForward: Tuned = ({ plan, inputs: [x, weight, bias] }, commands) => {
  const { N, H, W, C, R, S, K, G, P, Q, strideH, strideW, top, left } = plan.constants as Sizes;
  const square = { sizes: { N, H, W, P, Q }, taps: R, groups: G, channels: C, columns: K };
  if (R === S && strideH === 1 && strideW === 1 && worthWinograd(square)) {
    const out = commands.result(sizeOf(plan.output));
    submitWinograd(commands, { ...square, images: x, weights: weight, bias: bias.block.at, out, offset: [-top, -left], turned: false, pitches: [K * G, C * K * G, K] });
    return out;
  }
  if (N * P * Q > MOST_TASKS * BLOCK_ROWS) return undefined;
  const panels = Math.ceil(K / 8);
  const packed = commands.form(weight, `columns of ${G}`, G * panels * 8 * R * S * C, (to) =>
    commands.submit(Operation.PackColumns, G * panels, [weight.block.at, to, R * S, C, S, 0, 1, S, K * G, C * K * G, K, K, panels]),
  );
  const out = commands.result(sizeOf(plan.output));
  submitProduct(commands, {
    weights: packed,
    bias: bias.block.at,
    out,
    places: N * P * Q,
    columns: K,
    depth: R * S * C,
    groups: G,
    grid: [P, Q, 0, 0, 1, 1],
    patches: [x.block.at, H, W, C * G, C, P, Q, strideH, strideW, -top, -left, 1, 1, R, S],
  });
  return out;
};

/**
 * A gradient by the input is a convolution of the result's gradient with the filter turned round. With a stride the pixels fall into phases:
 * pixels of one phase see the same taps, every stride-th of the filter, and each phase is a product of its own.
 */
const tunedConv2dBackwardInput: Tuned = ({ plan, inputs: [dy, weight] }, commands) => {
  const { N, H, W, C, R, S, K, G, P, Q, strideH, strideW, top, left } = plan.constants as Sizes;
  const square = { sizes: { N, H: P, W: Q, P: H, Q: W }, taps: R, groups: G, channels: K, columns: C };
  if (R === S && strideH === 1 && strideW === 1 && worthWinograd(square)) {
    const out = commands.result(sizeOf(plan.output));
    const offset = [top - R + 1, left - S + 1] as const;
    submitWinograd(commands, { ...square, images: dy, weights: weight, bias: 0, out, offset, turned: true, pitches: [C, G * K * C, K * C] });
    return out;
  }
  const phasesH = Math.min(strideH, H);
  const phasesW = Math.min(strideW, W);
  if (phasesH * phasesW > 25 || N * H * W > MOST_TASKS * BLOCK_ROWS) return undefined;
  const out = commands.result(sizeOf(plan.output));
  const panels = Math.ceil(C / 8);
  for (let h = 0; h < phasesH; h++) {
    for (let w = 0; w < phasesW; w++) {
      const r = (h + top) % strideH;
      const s = (w + left) % strideW;
      const filter: Filter = { firstTap: r * S + s, tapsH: Math.max(0, Math.ceil((R - r) / strideH)), tapsW: Math.max(0, Math.ceil((S - s) / strideW)), stepH: strideH * S, stepW: strideW };
      const taps = filter.tapsH * filter.tapsW;
      const depth = taps * K;
      const packed =
        depth === 0
          ? 0
          : commands.form(weight, `phase ${r} ${s} of ${strideH} ${strideW} ${G}`, G * panels * 8 * depth, (to) =>
              commands.submit(Operation.PackColumns, G * panels, [
                weight.block.at, to, taps, K, filter.tapsW, filter.firstTap, filter.stepW, filter.stepH, C, G * K * C, C, K * C, panels,
              ]),
            );
      const gridH = Math.ceil((H - h) / strideH);
      const gridW = Math.ceil((W - w) / strideW);
      submitProduct(commands, {
        weights: packed,
        bias: 0,
        out,
        places: N * gridH * gridW,
        columns: C,
        depth,
        groups: G,
        grid: [H, W, h, w, strideH, strideW],
        patches: [dy.block.at, P, Q, K * G, K, gridH, gridW, 1, 1, (h + top - r) / strideH, (w + left - s) / strideW, -1, -1, filter.tapsH, filter.tapsW],
      });
    }
  }
  return out;
};

const tunedConv2dBackwardWeights: Tuned = ({ plan, inputs: [x, dy] }, commands) => {
  const { N, H, W, C, R, S, K, G, P, Q, strideH, strideW, top, left, splits } = plan.constants as Sizes & { splits: number };
  if (splits > 1) return undefined;
  const places = N * P * Q;
  const rows = R * S * C;
  const blockRows = evenBlock(rows, GRADIENT_ROWS, 4);
  const blockColumns = evenBlock(K, GRADIENT_COLUMNS, 8);
  const blocks = Math.ceil(rows / blockRows) * Math.ceil(K / blockColumns) * G;
  if (blocks > MOST_TASKS) return undefined;
  // Few blocks are cut along the sum, in slabs whose number the shapes alone decide.
  const wanted = Math.min(Math.ceil(LEAST_TASKS / blocks), Math.ceil(places / GRADIENT_DEPTH));
  const slab = Math.ceil(places / wanted / GRADIENT_DEPTH) * GRADIENT_DEPTH;
  const slabs = Math.ceil(places / slab);
  const size = rows * K * G;
  const out = commands.result(size);
  const partial = slabs === 1 ? out.block.at : commands.temporary(slabs * size);
  commands.submit(Operation.Conv2dBackwardWeights, blocks * slabs, [
    dy.block.at, partial, places, slab, rows, K, G, blockRows, blockColumns, GRADIENT_DEPTH,
    x.block.at, H, W, C * G, C, P, Q, strideH, strideW, -top, -left, 1, 1, R, S,
  ]);
  if (slabs > 1) submitSumRows(commands, partial, out.block.at, slabs, size, slabs);
  return out;
};

export const tunedConv2d: readonly (readonly [object, Tuned])[] = [
  [conv2dForward, tunedConv2dForward],
  [conv2dBackwardInput, tunedConv2dBackwardInput],
  [conv2dBackwardWeights, tunedConv2dBackwardWeights],
];
