import { add, dropout, reluBackward, reluForward, scale, sigmoidBackward, sigmoidForward, tanhBackward, tanhForward } from '@convkit/kernels-gpu';
import { averageWeights, clipGradient, sgdApply, sgdVelocity } from '@convkit/optim';
import { sizeOf } from '@convkit/tensor';
import { Operation, SPAN } from '../operation.js';
import { MOST_TASKS } from '../team.js';
import { resultFor, wordOf, type Tuned } from '../tuned.js';

/** A kernel that makes every number from the numbers in the same place, or from one for all: count, inputs, result and scalars, in this order. */
function elementwise(operation: Operation): Tuned {
  return (launch, commands) => {
    const count = sizeOf(launch.plan.output);
    const tasks = Math.ceil(count / SPAN);
    if (tasks > MOST_TASKS) return undefined;
    const out = resultFor(launch, commands);
    commands.submit(operation, tasks, [count, ...launch.inputs.map(({ block }) => block.at), out.block.at, ...launch.scalars.map(wordOf)]);
    return out;
  };
}

export const tunedElementwise: readonly (readonly [object, Tuned])[] = [
  [reluForward, elementwise(Operation.Relu)],
  [reluBackward, elementwise(Operation.ReluBackward)],
  [tanhForward, elementwise(Operation.Tanh)],
  [tanhBackward, elementwise(Operation.TanhBackward)],
  [sigmoidForward, elementwise(Operation.Sigmoid)],
  [sigmoidBackward, elementwise(Operation.SigmoidBackward)],
  [dropout, elementwise(Operation.Dropout)],
  [scale, elementwise(Operation.Scale)],
  [add, elementwise(Operation.Add)],
  [sgdVelocity, elementwise(Operation.SgdVelocity)],
  [sgdApply, elementwise(Operation.SgdApply)],
  [averageWeights, elementwise(Operation.AverageWeights)],
  [clipGradient, elementwise(Operation.ClipGradient)],
];
