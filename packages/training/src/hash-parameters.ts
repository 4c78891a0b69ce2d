import { sha256, type Tensor } from '@convkit/tensor';

/**
 * SHA-256 over the numbers of all parameters: their bytes (32-bit floats, little-endian, row-major), one parameter after the other in the order of their names
 * (by UTF-16 units), and nothing else. Two runs with the same hash have the same weights to the bit.
 *
 * @returns 64 hexadecimal digits.
 * @throws ConvkitError `HASH_UNAVAILABLE` on a web page that is not served securely.
 * @example
 * ```ts
 * import { Tensor } from '@convkit/tensor';
 * import { hashParameters } from '@convkit/training';
 *
 * console.log(await hashParameters(new Map([['fc.bias', Tensor.zeros([10])]])));
 * ```
 */
export async function hashParameters(parameters: ReadonlyMap<string, Tensor>): Promise<string> {
  const ordered = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1));
  const bytes = new Uint8Array(ordered.reduce((sum, [, { data }]) => sum + data.byteLength, 0));
  let at = 0;
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return sha256(bytes);
}
