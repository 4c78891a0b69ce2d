import { lrnBackward, lrnForward, lrnScale } from '@convkit/kernels-gpu';
import { sizeOf, type Launch } from '@convkit/tensor';
import { SCRATCH_RIGHT } from '../memory-map.js';
import { Operation, SPAN } from '../operation.js';
import { MOST_TASKS } from '../team.js';
import { resultFor, wordOf, type Storage, type Tuned } from '../tuned.js';

/** Numbers that one task normalises. */
const BLOCK = 16_384;

/** Rows of channels, how long one is, and the rows of a task; undefined where a row does not fit into a thread's memory. */
function rowsOf({ plan }: Launch<Storage>, window: number) {
  const [a, b, channels] = plan.grid;
  const rows = a * b;
  const block = Math.max(1, Math.floor(BLOCK / channels), Math.ceil(rows / MOST_TASKS));
  return (channels + window + 8) * 4 > SCRATCH_RIGHT - 64 ? undefined : { rows, channels, block, tasks: Math.ceil(rows / block) };
}

const tunedLrnScale: Tuned = (launch, commands) => {
  const { size, before } = launch.plan.constants;
  const cut = rowsOf(launch, size);
  if (cut === undefined) return undefined;
  const [alpha, k] = launch.scalars;
  const out = commands.result(sizeOf(launch.plan.output));
  commands.submit(Operation.LrnScale, cut.tasks, [launch.inputs[0].block.at, out.block.at, cut.rows, cut.channels, size, before, wordOf(alpha), wordOf(k), cut.block]);
  return out;
};

const tunedLrnForward: Tuned = (launch, commands) => {
  const [x, scale] = launch.inputs;
  const count = sizeOf(launch.plan.output);
  const out = resultFor(launch, commands);
  commands.submit(Operation.LrnForward, Math.ceil(count / SPAN), [count, x.block.at, scale.block.at, out.block.at, wordOf(launch.scalars[0])]);
  return out;
};

const tunedLrnBackward: Tuned = (launch, commands) => {
  const { size, after } = launch.plan.constants;
  const cut = rowsOf(launch, size);
  if (cut === undefined) return undefined;
  const [x, scale, dy] = launch.inputs;
  const [alpha, beta] = launch.scalars;
  const out = resultFor(launch, commands);
  commands.submit(Operation.LrnBackward, cut.tasks, [
    x.block.at, scale.block.at, dy.block.at, out.block.at, cut.rows, cut.channels, size, after, wordOf(alpha), wordOf(beta), cut.block,
  ]);
  return out;
};

export const tunedLrn: readonly (readonly [object, Tuned])[] = [
  [lrnScale, tunedLrnScale],
  [lrnForward, tunedLrnForward],
  [lrnBackward, tunedLrnBackward],
];
