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

  it('reads no more than the view it is given', async () => {
    const bytes = new TextEncoder().encode('xabcx');
    expect(await sha256(bytes.subarray(1, 4))).toBe(await sha256(new TextEncoder().encode('abc')));
  });
});
