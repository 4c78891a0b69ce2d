import type { DeviceLimits } from '@convkit/tensor';

/**
 * Into how many slabs of whole images a long sum must be cut, so that no thread adds up more terms than the device bears. The partial sums are then added by `sumRows`.
 * A single image is never cut.
 *
 * @param limits Limits of the device.
 * @param images How many images (or rows) the sum runs over.
 * @param termsPerImage Terms that one of them adds to each sum; 1 for rows.
 * @returns A whole number from 1 to `images`.
 *
 * @example
 * ```ts
 * import { splitsFor } from '@convkit/kernels-gpu';
 *
 * console.log(splitsFor({ maxTermsPerThread: 8192 }, 128, 27 * 27)); // 12
 * ```
 */
export function splitsFor(limits: DeviceLimits, images: number, termsPerImage: number): number {
  const perSlab = Math.max(1, Math.floor(limits.maxTermsPerThread / termsPerImage));
  return Math.max(1, Math.ceil(images / perSlab));
}
