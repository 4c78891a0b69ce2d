/**
 * The transforms of Winograd's minimal filtering at the points 0, 1, -1, 2, -2 and infinity: a filter of 3 taps gives 4 results from 6 products, one of 5 taps gives 2.
 * In two dimensions 36 products stand for 144, or for 100. Source: A. Lavin, S. Gray, "Fast algorithms for convolutional neural networks", 2015, section 4.3.
 */

/** Rows and columns of a tile. */
export const POINTS = 6;

// @ts-ignore: decorator
@inline
function times(factor: f32, value: v128): v128 {
  return f32x4.mul(f32x4.splat(factor), value);
}

/** Six pixels at every `stride` bytes from `from` on, transformed, to every `outStride` bytes. */
// @ts-ignore: decorator
@inline
export function transformPixels(out: usize, outStride: usize, from: usize, stride: usize): void {
  const d0 = v128.load(from);
  const d1 = v128.load(from + stride);
  const d2 = v128.load(from + 2 * stride);
  const d3 = v128.load(from + 3 * stride);
  const d4 = v128.load(from + 4 * stride);
  const d5 = v128.load(from + 5 * stride);
  v128.store(out, f32x4.add(f32x4.sub(times(4, d0), times(5, d2)), d4));
  const even1 = f32x4.sub(d4, times(4, d2));
  const odd1 = f32x4.sub(d3, times(4, d1));
  v128.store(out + outStride, f32x4.add(even1, odd1));
  v128.store(out + 2 * outStride, f32x4.sub(even1, odd1));
  const even2 = f32x4.sub(d4, d2);
  const odd2 = times(2, f32x4.sub(d3, d1));
  v128.store(out + 3 * outStride, f32x4.add(even2, odd2));
  v128.store(out + 4 * outStride, f32x4.sub(even2, odd2));
  v128.store(out + 5 * outStride, f32x4.add(f32x4.sub(times(4, d1), times(5, d3)), d5));
}

/** A filter of `taps` (3 or 5) numbers at every `stride` bytes, transformed into six. */
// @ts-ignore: decorator
@inline
export function transformFilter(out: usize, outStride: usize, from: usize, stride: usize, taps: i32): void {
  const g0 = v128.load(from);
  const g1 = v128.load(from + stride);
  const g2 = v128.load(from + 2 * stride);
  let even1 = f32x4.add(g0, g2);
  let odd1 = g1;
  let even2 = f32x4.add(g0, times(4, g2));
  let odd2 = times(2, g1);
  let last = g2;
  if (taps == 5) {
    const g3 = v128.load(from + 3 * stride);
    last = v128.load(from + 4 * stride);
    even1 = f32x4.add(even1, last);
    odd1 = f32x4.add(odd1, g3);
    even2 = f32x4.add(even2, times(16, last));
    odd2 = f32x4.add(odd2, times(8, g3));
  }
  v128.store(out, times(0.25, g0));
  v128.store(out + outStride, times(<f32>(-1.0 / 6), f32x4.add(even1, odd1)));
  v128.store(out + 2 * outStride, times(<f32>(-1.0 / 6), f32x4.sub(even1, odd1)));
  v128.store(out + 3 * outStride, times(<f32>(1.0 / 24), f32x4.add(even2, odd2)));
  v128.store(out + 4 * outStride, times(<f32>(1.0 / 24), f32x4.sub(even2, odd2)));
  v128.store(out + 5 * outStride, last);
}

/** Six products at every `stride` bytes, turned into `results` (4 or 2) numbers. */
// @ts-ignore: decorator
@inline
export function transformProducts(out: usize, outStride: usize, from: usize, stride: usize, results: i32): void {
  const m0 = v128.load(from);
  const m1 = v128.load(from + stride);
  const m2 = v128.load(from + 2 * stride);
  const m3 = v128.load(from + 3 * stride);
  const m4 = v128.load(from + 4 * stride);
  const m5 = v128.load(from + 5 * stride);
  const sum1 = f32x4.add(m1, m2);
  const difference1 = f32x4.sub(m1, m2);
  const sum2 = f32x4.add(m3, m4);
  const difference2 = f32x4.sub(m3, m4);
  v128.store(out, f32x4.add(f32x4.add(m0, sum1), sum2));
  if (results == 4) {
    v128.store(out + outStride, f32x4.add(difference1, times(2, difference2)));
    v128.store(out + 2 * outStride, f32x4.add(sum1, times(4, sum2)));
    v128.store(out + 3 * outStride, f32x4.add(f32x4.add(difference1, times(8, difference2)), m5));
  } else {
    v128.store(out + outStride, f32x4.add(f32x4.add(difference1, times(2, difference2)), m5));
  }
}
