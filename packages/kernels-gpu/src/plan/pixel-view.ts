import { sizeOf, type Shape } from '@convkit/tensor';
import { foldRows } from './fold-rows.js';

/**
 * How bodies see the pixels of a tensor of any rank, as planes of rows of them: of images there are N·H planes of W pixels. One plane alone is folded where it would not fit
 * into a texture.
 *
 * @param others Sizes of all axes but the last.
 * @param widest The most channels of any tensor that is seen this way in the same kernel.
 */
export function pixelView(others: Shape, widest: number): readonly [planes: number, rows: number] {
  const rows = others.at(-1) ?? 1;
  const planes = sizeOf(others) / rows;
  if (planes > 1) return [planes, rows];
  const [folds, foldedRows] = foldRows(rows, widest);
  return [folds, foldedRows];
}
