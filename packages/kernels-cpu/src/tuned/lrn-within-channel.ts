import { lrnWithinChannelBackward, lrnWithinChannelScale } from '@convkit/kernels-gpu';
import { sizeOf } from '@convkit/tensor';
import { SCRATCH_BYTES } from '../memory-map.js';
import { Operation } from '../operation.js';
import { MOST_TASKS } from '../team.js';
import { resultFor, wordOf, type Tuned } from '../tuned.js';

/** Numbers that one task normalises. */
const BLOCK = 16_384;

/** Bytes of a thread's memory for some rows and for one between the borders of a window. */
function bytesFor(rows: number, row: number, channels: number, size: number): number {
  return (rows * (row + 3) + row + (size - 1) * channels + 4) * 4;
}

const tunedScale: Tuned = ({ plan, inputs: [x], scalars: [alpha, k] }, commands) => {
  const { H, W, size } = plan.constants;
  const [rows, , channels] = plan.grid;
  const block = Math.max(1, Math.floor(BLOCK / (W * channels)), Math.ceil(rows / MOST_TASKS));
  if (bytesFor(0, W * channels, channels, size) > SCRATCH_BYTES) return undefined;
  const out = commands.result(sizeOf(plan.output));
  commands.submit(Operation.LrnWithinChannelScale, Math.ceil(rows / block), [x.block.at, out.block.at, rows, H, W, channels, size, wordOf(alpha), wordOf(k), block]);
  return out;
};

const tunedBackward: Tuned = (launch, commands) => {
  const { plan, inputs: [x, scale, dy], scalars: [alpha, beta] } = launch;
  const { H, W, size } = plan.constants;
  const [rows, , channels] = plan.grid;
  const images = rows / H;
  // Few images are cut by rows. A block then reads rows of its neighbours, so no result may take the place of an input.
  const block = images >= 8 ? H : Math.max(size, Math.ceil(H / 8));
  const tasks = images * Math.ceil(H / block);
  if (tasks > MOST_TASKS || bytesFor(2 * size, W * channels, channels, size) > SCRATCH_BYTES) return undefined;
  const out = block < H ? commands.result(sizeOf(plan.output)) : resultFor(launch, commands);
  commands.submit(Operation.LrnWithinChannelBackward, tasks, [
    x.block.at, scale.block.at, dy.block.at, out.block.at, H, W, channels, size, wordOf(alpha), wordOf(beta), block,
  ]);
  return out;
};

export const tunedLrnWithinChannel: readonly (readonly [object, Tuned])[] = [
  [lrnWithinChannelScale, tunedScale],
  [lrnWithinChannelBackward, tunedBackward],
];
