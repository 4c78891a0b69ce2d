import type { Tensor } from '@convkit/tensor';
import sharp from 'sharp';

/** Grey level between maps. */
const line = 64;

/**
 * What a layer made of one image as a grey PNG. Of `[1, H, W, C]` the C maps as tiles in a square, row by row, with a line of one pixel between them; of `[1, F]` the F numbers as pixels in a square.
 * Black is the least number of the layer and white its greatest; a layer of one number alone is black.
 */
export async function tileMaps({ shape, data }: Tensor): Promise<Uint8Array> {
  const [H, W, C] = mapsOf(shape);
  const gap = H * W > 1 ? 1 : 0;
  const columns = Math.ceil(Math.sqrt(C));
  const rows = Math.ceil(C / columns);
  const [width, height] = [columns * (W + gap) - gap, rows * (H + gap) - gap];
  const picture = new Uint8ClampedArray(width * height).fill(gap === 0 ? 0 : line);
  const [low, high] = rangeOf(data);
  const factor = high > low ? 255 / (high - low) : 0;
  for (let c = 0; c < C; c++) {
    const [top, left] = [Math.floor(c / columns) * (H + gap), (c % columns) * (W + gap)];
    for (let h = 0; h < H; h++) {
      for (let w = 0; w < W; w++) picture[(top + h) * width + left + w] = Math.round((data[(h * W + w) * C + c] - low) * factor);
    }
  }
  return sharp(picture, { raw: { width, height, channels: 1 } }).toColourspace('b-w').png().toBuffer();
}

/** Rows, columns and number of the maps of one image: numbers without a place are maps of one pixel. */
export function mapsOf(shape: readonly number[]): readonly [number, number, number] {
  return shape.length === 4 ? [shape[1], shape[2], shape[3]] : [1, 1, shape.slice(1).reduce((product, axis) => product * axis, 1)];
}

/** Least and greatest of the finite numbers. */
function rangeOf(data: Float32Array): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of data) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
