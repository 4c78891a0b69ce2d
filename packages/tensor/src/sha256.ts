import { ConvkitError } from './errors.js';

/** Node hashes so many bytes at once, which costs a tenth of giving them away; more it hashes in a thread of its own. */
const shortBytes = 2 ** 16;
const { process: node } = globalThis as { readonly process?: { readonly getBuiltinModule?: typeof process.getBuiltinModule } };
const nodeCrypto = node?.getBuiltinModule?.('node:crypto');

/**
 * SHA-256 of some bytes, in Node and in browsers.
 *
 * @returns 64 hexadecimal digits.
 * @throws ConvkitError `HASH_UNAVAILABLE` on a web page that is not served securely.
 * @example
 * ```ts
 * import { sha256 } from '@convkit/tensor';
 *
 * console.log(await sha256(new TextEncoder().encode('abc'))); // ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
 * ```
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  if (nodeCrypto !== undefined && bytes.length <= shortBytes) return nodeCrypto.createHash('sha256').update(bytes).digest('hex');
  // Browsers leave `subtle` out on pages that came over plain http, whatever the types say.
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) {
    throw new ConvkitError({ code: 'HASH_UNAVAILABLE', message: 'SHA-256 is not available on this page.', help: 'serve the page over https or from localhost.' });
  }
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
