import { packAcross } from '../matrix-product/pack';
import { TILE_ROWS } from '../matrix-product/tile';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  from: u32;
  to: u32;
  images: i32;
  /** Numbers in an image. */
  size: i32;
  /** Bytes from one panel to the next. */
  stride: u32;
}

/**
 * Packs whole images as the left operand of the products at all places, `[panel][number][4 images]`: what a filter row covers lies side by side in every panel.
 * A task is a panel.
 */
export function packImages(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const first = task * TILE_ROWS;
  const pitch = <usize>p.size << 2;
  packAcross(p.to + <usize>task * p.stride, p.stride, TILE_ROWS, p.from + <usize>first * pitch, pitch, p.size, min(TILE_ROWS, p.images - first));
}
