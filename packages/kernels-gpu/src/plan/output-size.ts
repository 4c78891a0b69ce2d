/**
 * How many places a window takes along one axis: `floor((size + before + after - kernel) / stride) + 1`. Below 1 when it does not fit at all.
 *
 * @param size Length of the axis.
 * @param kernel Length of the filter or pooling window.
 * @param stride Step from one place to the next.
 * @param before Padding at the low end (top, left).
 * @param after Padding at the high end (bottom, right).
 *
 * @example
 * ```ts
 * import { outputSize } from '@convkit/kernels-gpu';
 *
 * console.log(outputSize(224, 11, 4, 0, 3)); // 55
 * ```
 */
export function outputSize(size: number, kernel: number, stride: number, before: number, after: number): number {
  return Math.floor((size + before + after - kernel) / stride) + 1;
}
