import { SCRATCH_RIGHT, SCRATCH_TILE } from '../../src/memory-map';
import { multiplyTile } from '../matrix-product/tile';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  /** Calls of the tile in a task, and the depth of each. */
  calls: i32;
  depth: i32;
}

/** Nothing but tiles of operands that are packed and in the first-level cache: what all other work is measured by. */
export function peak(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const tile = scratch + SCRATCH_TILE;
  memory.fill(scratch, 0, <usize>p.depth << 4);
  memory.fill(scratch + SCRATCH_RIGHT, 0, <usize>p.depth << 5);
  memory.fill(tile, 0, 128);
  for (let i = 0; i < p.calls; i++) multiplyTile(p.depth, scratch, scratch + SCRATCH_RIGHT, tile, tile + 32, tile + 64, tile + 96, 0);
}
