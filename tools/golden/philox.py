"""The random streams of @convkit/tensor (Philox 4x32-10, packages/tensor/src/random.ts), as far as dropout masks need them."""

import numpy as np

WORD = 0xFFFFFFFF


def philox4x32(key, counter):
    (k0, k1), (c0, c1, c2, c3) = key, counter
    for _ in range(10):
        product0, product1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (product1 >> 32) ^ c1 ^ k0, product1 & WORD, (product0 >> 32) ^ c3 ^ k1, product0 & WORD
        k0, k1 = (k0 + 0x9E3779B9) & WORD, (k1 + 0xBB67AE85) & WORD
    return c0, c1, c2, c3


def stream_key(seed, name):
    fnv1a = 0x811C9DC5
    for character in name:
        fnv1a = ((fnv1a ^ ord(character)) * 0x01000193) & WORD
    return philox4x32((seed & WORD, seed >> 32), (fnv1a, len(name), 0, 0))[:2]


def dropout_mask(seed, layer, step, shape, keep):
    """The mask that the dropout layer of that name draws in that step: 1 with probability `keep`, else 0."""
    key, size = stream_key(seed, f"dropout {layer}"), int(np.prod(shape))
    words = [word for block in range(-(-size // 4)) for word in philox4x32(key, (block, step, 0, 0))][:size]
    return (np.array(words, dtype=np.float64) * 2.0**-32 < keep).astype(np.float64).reshape(shape)
