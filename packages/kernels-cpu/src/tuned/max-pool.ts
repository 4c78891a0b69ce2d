import { maxPoolBackward, maxPoolForward } from '@convkit/kernels-gpu';
import { sizeOf } from '@convkit/tensor';
import { SCRATCH_BYTES } from '../memory-map.js';
import { Operation } from '../operation.js';
import { MOST_TASKS } from '../team.js';
import type { Tuned } from '../tuned.js';
import { poolRows } from './pool-rows.js';

const tunedMaxPoolBackward: Tuned = ({ plan, inputs: [x, dy] }, commands) => {
  const { H, W, R, S, P, Q, strideH, strideW, top, left } = plan.constants;
  const [rows, , channels] = plan.grid;
  const images = rows / H;
  // Few images are cut by channels.
  const block = images >= 8 ? channels : Math.ceil(channels / 8 / 16) * 16;
  const tasks = images * Math.ceil(channels / block);
  if (tasks > MOST_TASKS || R * S * 16 > SCRATCH_BYTES) return undefined;
  const out = commands.result(sizeOf(plan.output));
  commands.submit(Operation.MaxPoolBackward, tasks, [dy.block.at, out.block.at, block, x.block.at, H, W, channels, P, Q, R, S, strideH, strideW, top, left]);
  return out;
};

export const tunedMaxPool: readonly (readonly [object, Tuned])[] = [
  [maxPoolForward, poolRows(Operation.MaxPoolForward)],
  [maxPoolBackward, tunedMaxPoolBackward],
];
