import { describe, expect, it } from 'vitest';

import { sha256 } from '@convkit/tensor';

describe('sha256', () => {
  // FIPS 180-2, appendix B, and the digest of nothing.
  it('gives the published digests', async () => {
    const of = (text: string) => sha256(new TextEncoder().encode(text));
    expect(await of('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(await of('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(await of('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe('248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1');
  });

  it('gives long bytes the digest that their platform gives them', async () => {
    for (const length of [65_535, 65_536, 65_537, 200_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7) % 251);
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      expect(await sha256(bytes)).toBe(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''));
    }
  });

  it('reads no more than the view it is given', async () => {
    const bytes = new TextEncoder().encode('xabcx');
    expect(await sha256(bytes.subarray(1, 4))).toBe(await sha256(new TextEncoder().encode('abc')));
  });
});
