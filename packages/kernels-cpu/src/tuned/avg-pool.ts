import { avgPoolBackward, avgPoolForward } from '@convkit/kernels-gpu';
import { Operation } from '../operation.js';
import type { Tuned } from '../tuned.js';
import { poolRows } from './pool-rows.js';

export const tunedAvgPool: readonly (readonly [object, Tuned])[] = [
  [avgPoolForward, poolRows(Operation.AvgPoolForward)],
  [avgPoolBackward, poolRows(Operation.AvgPoolBackward)],
];
