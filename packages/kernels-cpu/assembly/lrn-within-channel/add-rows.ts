import { storeFirst } from '../vector/partial';

/**
 * Adds up `rows` rows of `count` numbers, each `step` bytes after the one before, into `to`. Up to three numbers behind each row are read, too.
 * Channels lie side by side, so rows a pixel apart hold the same channel of neighbouring pixels.
 */
export function addRows(first: usize, step: usize, rows: i32, count: i32, to: usize): void {
  let i = 0;
  for (; i + 16 <= count; i += 16) {
    let from = first + (<usize>i << 2);
    let s0 = v128.load(from), s1 = v128.load(from, 16), s2 = v128.load(from, 32), s3 = v128.load(from, 48);
    for (let row = 1; row < rows; row++) {
      from += step;
      s0 = f32x4.add(s0, v128.load(from));
      s1 = f32x4.add(s1, v128.load(from, 16));
      s2 = f32x4.add(s2, v128.load(from, 32));
      s3 = f32x4.add(s3, v128.load(from, 48));
    }
    const out = to + (<usize>i << 2);
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
  }
  for (; i < count; i += 4) {
    let from = first + (<usize>i << 2);
    let sum = v128.load(from);
    for (let row = 1; row < rows; row++) {
      from += step;
      sum = f32x4.add(sum, v128.load(from));
    }
    storeFirst(to + (<usize>i << 2), sum, count - i);
  }
}
