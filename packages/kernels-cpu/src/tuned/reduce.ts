import { sumRows } from '@convkit/kernels-gpu';
import { clipFactor, sumSquares } from '@convkit/optim';
import { sizeOf } from '@convkit/tensor';
import { Operation } from '../operation.js';
import { MOST_TASKS } from '../team.js';
import { resultFor, wordOf, type Commands, type Tuned } from '../tuned.js';

/** Rows that one thread adds up, and how many numbers of them. */
const SLAB_ROWS = 256;
const BLOCK_COLUMNS = 1024;

/** Adds the rows of every slab of `slab` rows; slabs beyond the last row are zero. */
export function submitSumRows(commands: Commands, from: number, to: number, rows: number, columns: number, slab: number, slabs = Math.ceil(rows / slab)): void {
  const blockColumns = Math.max(BLOCK_COLUMNS, Math.ceil(columns / 1024 / 16) * 16);
  commands.submit(Operation.SumRows, slabs * Math.ceil(columns / blockColumns), [from, to, rows, columns, slab, blockColumns]);
}

const tunedSumRows: Tuned = ({ plan, inputs: [x] }, commands) => {
  const { rows, slabRows } = plan.constants;
  const [splits, , columns] = plan.grid;
  if (splits * Math.ceil(columns / BLOCK_COLUMNS) > MOST_TASKS) return undefined;
  const out = commands.result(sizeOf(plan.output));
  const slabs = Math.ceil(rows / SLAB_ROWS);
  if (splits === 1 && slabs > 1 && slabs * Math.ceil(columns / BLOCK_COLUMNS) <= MOST_TASKS) {
    const partial = commands.temporary(slabs * columns);
    submitSumRows(commands, x.block.at, partial, rows, columns, SLAB_ROWS);
    submitSumRows(commands, partial, out.block.at, slabs, columns, slabs);
  } else {
    submitSumRows(commands, x.block.at, out.block.at, rows, columns, slabRows, splits);
  }
  return out;
};

/** Sums of squares that one thread makes. */
const BLOCK_LANES = 256;

const tunedSumSquares: Tuned = (launch, commands) => {
  const [sums, x] = launch.inputs;
  const { lanes, size } = launch.plan.constants;
  const tasks = Math.ceil(lanes / BLOCK_LANES);
  if (tasks > MOST_TASKS) return undefined;
  const out = resultFor(launch, commands);
  commands.submit(Operation.SumSquares, tasks, [sums.block.at, x.block.at, out.block.at, size, lanes, BLOCK_LANES]);
  return out;
};

const tunedClipFactor: Tuned = ({ plan, inputs: [sums], scalars: [most] }, commands) => {
  const out = commands.result(1);
  commands.submit(Operation.ClipFactor, 1, [sums.block.at, out.block.at, plan.constants.lanes, wordOf(most)]);
  return out;
};

export const tunedReduce: readonly (readonly [object, Tuned])[] = [
  [sumRows, tunedSumRows],
  [sumSquares, tunedSumSquares],
  [clipFactor, tunedClipFactor],
];
