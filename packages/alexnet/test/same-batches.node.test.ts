import { expect, it } from 'vitest';
import { expectedDigests, plainDigest, type Kind } from './support/batch-digests.js';

it.each(Object.keys(expectedDigests) as Kind[])('makes the batches in Node that browsers make: %s', async (kind) => {
  expect(await plainDigest(kind)).toBe(expectedDigests[kind]);
});
