import { crossEntropyBackward, crossEntropyForward, labelRank, logSumExpRows, softmax } from '@convkit/kernels-gpu';
import { sizeOf } from '@convkit/tensor';
import { Operation } from '../operation.js';
import { MOST_TASKS } from '../team.js';
import { wordOf, type Tuned } from '../tuned.js';

/** A kernel that goes over rows of classes, one a task: inputs, result, classes and scalars, in this order. */
function byRows(operation: Operation): Tuned {
  return ({ plan, inputs, scalars }, commands) => {
    const [rows, classes] = plan.views[0];
    if (rows > MOST_TASKS) return undefined;
    const out = commands.result(sizeOf(plan.output));
    commands.submit(operation, rows, [...inputs.map(({ block }) => block.at), out.block.at, classes, ...scalars.map(wordOf)]);
    return out;
  };
}

export const tunedSoftmax: readonly (readonly [object, Tuned])[] = [
  [logSumExpRows, byRows(Operation.LogSumExpRows)],
  [softmax, byRows(Operation.Softmax)],
  [crossEntropyForward, byRows(Operation.CrossEntropyForward)],
  [crossEntropyBackward, byRows(Operation.CrossEntropyBackward)],
  [labelRank, byRows(Operation.LabelRank)],
];
