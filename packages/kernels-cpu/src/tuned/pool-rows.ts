import { sizeOf } from '@convkit/tensor';
import type { Operation } from '../operation.js';
import type { Tuned } from '../tuned.js';

/** A pooling of the first input whose tasks are blocks of rows of the result. */
export function poolRows(operation: Operation): Tuned {
  return ({ plan, inputs: [input] }, commands) => {
    const { H, W, R, S, P, Q, strideH, strideW, top, left } = plan.constants;
    const [rows, , channels] = plan.grid;
    const block = Math.ceil(rows / 2048);
    const out = commands.result(sizeOf(plan.output));
    commands.submit(operation, Math.ceil(rows / block), [out.block.at, rows, block, input.block.at, H, W, channels, P, Q, R, S, strideH, strideW, top, left]);
    return out;
  };
}
