/**
 * The padding at the high end that makes {@link outputSize} follow the rule of 2012, `1 + ceil((2 * before + size - kernel) / stride)`:
 * no pixel is left out, the last window may hang over the edge.
 * Source: A. Krizhevsky, cuda-convnet, layer.py (conv and pool layers).
 *
 * @param size Length of the axis.
 * @param kernel Length of the filter or pooling window.
 * @param stride Step from one place to the next.
 * @param before Padding at the low end; the rule counts it at both ends.
 *
 * @example
 * ```ts
 * import { ceilPadding, outputSize } from '@convkit/kernels-gpu';
 *
 * const after = ceilPadding(224, 11, 4, 0);
 * console.log(after, outputSize(224, 11, 4, 0, after)); // 3 55
 * ```
 */
export function ceilPadding(size: number, kernel: number, stride: number, before: number): number {
  return Math.ceil((2 * before + size - kernel) / stride) * stride - (before + size - kernel);
}
