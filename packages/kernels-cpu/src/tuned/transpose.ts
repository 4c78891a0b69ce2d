import { transpose } from '@convkit/kernels-gpu';
import { sizeOf } from '@convkit/tensor';
import { Operation } from '../operation.js';
import { MOST_TASKS } from '../team.js';
import type { Tuned } from '../tuned.js';

/** Rows and columns of a square that stays in the first-level cache. */
const BLOCK = 64;

const tunedTranspose: Tuned = ({ plan, inputs: [x] }, commands) => {
  const [[planes, rows, columns]] = plan.views;
  const tasks = planes * Math.ceil(rows / BLOCK);
  if (tasks > MOST_TASKS) return undefined;
  const out = commands.result(sizeOf(plan.output));
  commands.submit(Operation.Transpose, tasks, [x.block.at, out.block.at, rows, columns, BLOCK]);
  return out;
};

export const tunedTransposes: readonly (readonly [object, Tuned])[] = [[transpose, tunedTranspose]];
