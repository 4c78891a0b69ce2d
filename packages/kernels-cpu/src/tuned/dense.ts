import { denseBackwardInput, denseBackwardWeights, denseForward } from '@convkit/kernels-gpu';
import { sizeOf } from '@convkit/tensor';
import { Operation } from '../operation.js';
import { MOST_TASKS } from '../team.js';
import type { Commands, Tuned } from '../tuned.js';
import { evenBlock } from './blocks.js';

const BLOCK_ROWS = 256;
const BLOCK_COLUMNS = 256;
const BLOCK_DEPTH = 256;
/** Outputs of one task where a single row is multiplied. */
const VECTOR_BLOCK = 512;

/** `c = a · b + bias`; operands lie row by row, or transposed. Addresses, and 0 for no bias. */
interface Product {
  readonly a: number;
  readonly b: number;
  readonly bias: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly aTransposed?: boolean;
  readonly bTransposed?: boolean;
}

function product(commands: Commands, count: number, { a, b, bias, rows, columns, depth, aTransposed = false, bTransposed = false }: Product) {
  const out = commands.result(count);
  if (rows === 1 && !aTransposed && !bTransposed) {
    const block = Math.max(VECTOR_BLOCK, Math.ceil(columns / MOST_TASKS));
    commands.submit(Operation.VectorProduct, Math.ceil(columns / block), [a, b, bias, out.block.at, depth, columns, block]);
    return out;
  }
  const blockRows = evenBlock(rows, BLOCK_ROWS, 4);
  const blockColumns = evenBlock(columns, BLOCK_COLUMNS, 8);
  const tasks = Math.ceil(rows / blockRows) * Math.ceil(columns / blockColumns);
  commands.submit(Operation.MatrixProduct, tasks, [
    a, b, out.block.at, bias, rows, columns, depth, aTransposed ? rows : depth, bTransposed ? depth : columns, Number(aTransposed), Number(bTransposed),
    blockRows, blockColumns, evenBlock(depth, BLOCK_DEPTH, 4),
  ]);
  return out;
}

const tunedDenseForward: Tuned = ({ plan, inputs: [x, weight, bias] }, commands) => {
  const [[rows, depth], [, columns]] = plan.views;
  return product(commands, rows * columns, { a: x.block.at, b: weight.block.at, bias: bias.block.at, rows, columns, depth });
};

const tunedDenseBackwardInput: Tuned = ({ plan, inputs: [dy, weight] }, commands) => {
  const [[rows, depth], [, columns]] = plan.views;
  return product(commands, sizeOf(plan.output), { a: dy.block.at, b: weight.block.at, bias: 0, rows, columns, depth });
};

const tunedDenseBackwardWeights: Tuned = ({ plan, inputs: [x, dy] }, commands) => {
  const [[depth, rows], [, columns]] = plan.views;
  return product(commands, rows * columns, { a: x.block.at, b: dy.block.at, bias: 0, rows, columns, depth, aTransposed: true });
};

export const tunedDense: readonly (readonly [object, Tuned])[] = [
  [denseForward, tunedDenseForward],
  [denseBackwardInput, tunedDenseBackwardInput],
  [denseBackwardWeights, tunedDenseBackwardWeights],
];
