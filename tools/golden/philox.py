"""The random streams of @convkit/tensor (Philox 4x32-10, packages/tensor/src/random.ts): even draws and dropout masks."""

import numpy as np

WORD = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def philox4x32(key, counter):
    """Four words for each counter. A counter is four numbers below 2^32 or arrays of them."""
    k0, k1 = (np.uint64(word) for word in key)
    c0, c1, c2, c3 = (np.asarray(word, dtype=np.uint64) for word in counter)
    for _ in range(10):
        product0, product1 = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (product1 >> HALF) ^ c1 ^ k0, product1 & WORD, (product0 >> HALF) ^ c3 ^ k1, product0 & WORD
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & WORD, (k1 + np.uint64(0xBB67AE85)) & WORD
    return c0, c1, c2, c3


def uniform(seed, name, place, shape):
    """Draws from 0 up to 1 of the stream of that name, at a place of one coordinate."""
    fnv1a = 0x811C9DC5
    for character in name:
        fnv1a = ((fnv1a ^ ord(character)) * 0x01000193) & int(WORD)
    key = philox4x32((seed & int(WORD), seed >> 32), (fnv1a, len(name), 0, 0))[:2]
    size = int(np.prod(shape))
    words = philox4x32(key, (np.arange(-(-size // 4)), place, 0, 0))
    return np.stack(np.broadcast_arrays(*words), axis=1).ravel()[:size].reshape(shape) * 2.0**-32


def between(seed, name, shape, low, high):
    """Draws from low up to high, rounded to single precision: RandomDraws.fillUniform."""
    return (low + (high - low) * uniform(seed, name, 0, shape)).astype(np.float32).astype(np.float64)


def dropout_mask(seed, layer, step, shape, keep):
    """The mask that the dropout layer of that name draws in that step: 1 with probability `keep`, else 0."""
    return (uniform(seed, f"dropout {layer}", step, shape) < keep).astype(np.float64)
