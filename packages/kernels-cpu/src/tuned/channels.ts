import { concatChannels, sliceChannels } from '@convkit/kernels-gpu';
import { sizeOf } from '@convkit/tensor';
import { Operation, SPAN } from '../operation.js';
import { MOST_TASKS } from '../team.js';
import type { Commands, Tuned } from '../tuned.js';

/** Copies `columns` numbers of each row; addresses and pitches, in numbers, of the first. */
function submitCopy(commands: Commands, rows: number, columns: number, from: number, fromPitch: number, to: number, toPitch: number): void {
  const block = Math.max(1, Math.floor(SPAN / columns), Math.ceil(rows / MOST_TASKS));
  commands.submit(Operation.CopyColumns, Math.ceil(rows / block), [from, to, rows, columns, fromPitch, toPitch, block]);
}

const tunedConcatChannels: Tuned = ({ plan, inputs }, commands) => {
  const total = plan.output[plan.output.length - 1];
  const out = commands.result(sizeOf(plan.output));
  let column = 0;
  for (const [i, input] of inputs.entries()) {
    const [, , columns] = plan.views[i];
    submitCopy(commands, input.count / columns, columns, input.block.at, columns, out.block.at + 4 * column, total);
    column += columns;
  }
  return out;
};

const tunedSliceChannels: Tuned = ({ plan, inputs: [x] }, commands) => {
  const [, , total] = plan.views[0];
  const columns = plan.output[plan.output.length - 1];
  const out = commands.result(sizeOf(plan.output));
  submitCopy(commands, x.count / total, columns, x.block.at + 4 * plan.constants.from, total, out.block.at, columns);
  return out;
};

export const tunedChannels: readonly (readonly [object, Tuned])[] = [
  [concatChannels, tunedConcatChannels],
  [sliceChannels, tunedSliceChannels],
];
