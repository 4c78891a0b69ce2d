import { lrnWithinChannelBackward, lrnWithinChannelScale } from '@convkit/kernels-gpu';
import { sizeOf, type Launch } from '@convkit/tensor';
import { SCRATCH_BYTES } from '../memory-map.js';
import { Operation } from '../operation.js';
import { MOST_TASKS } from '../team.js';
import { resultFor, wordOf, type Storage, type Tuned } from '../tuned.js';

/** Sizes and tasks; undefined where `kept` rows for each row of the window do not fit into a thread's memory. */
function cut({ plan }: Launch<Storage>, kept: number) {
  const { H, W, size } = plan.constants;
  const [rows, , channels] = plan.grid;
  const images = rows / H;
  // Few images are cut by rows, of which a window's more than its own are read.
  const block = images >= 8 ? H : Math.max(size, Math.ceil(H / 8));
  const tasks = images * Math.ceil(H / block);
  const words = (kept * size + 2) * (W * channels + 3) + size * channels + 4;
  return tasks > MOST_TASKS || words * 4 > SCRATCH_BYTES ? undefined : { tasks, parameters: [H, W, channels, size, block], whole: block >= H };
}

const tunedScale: Tuned = (launch, commands) => {
  const parts = cut(launch, 1);
  if (parts === undefined) return undefined;
  const { plan, inputs: [x], scalars: [alpha, k] } = launch;
  const out = commands.result(sizeOf(plan.output));
  commands.submit(Operation.LrnWithinChannelScale, parts.tasks, [...parts.parameters, x.block.at, out.block.at, wordOf(alpha), wordOf(k)]);
  return out;
};

const tunedBackward: Tuned = (launch, commands) => {
  const parts = cut(launch, 2);
  if (parts === undefined) return undefined;
  const { plan, inputs: [x, scale, dy], scalars: [alpha, beta] } = launch;
  // No result may take the place of an input that the block next to it still reads.
  const out = parts.whole ? resultFor(launch, commands) : commands.result(sizeOf(plan.output));
  commands.submit(Operation.LrnWithinChannelBackward, parts.tasks, [
    ...parts.parameters, x.block.at, scale.block.at, dy.block.at, out.block.at, wordOf(alpha), wordOf(beta),
  ]);
  return out;
};

export const tunedLrnWithinChannel: readonly (readonly [object, Tuned])[] = [
  [lrnWithinChannelScale, tunedScale],
  [lrnWithinChannelBackward, tunedBackward],
];
