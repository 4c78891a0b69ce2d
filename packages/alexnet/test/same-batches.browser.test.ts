import { openLoader } from '@convkit/datasets';
import { expect, it } from 'vitest';
import { digestOf, expectedDigests, openRows, plainDigest, type Kind } from './support/batch-digests.js';

const all = Object.keys(expectedDigests) as Kind[];

it.each(all)('makes the batches in a browser that Node makes: %s', async (kind) => {
  expect(await plainDigest(kind)).toBe(expectedDigests[kind]);
});

it.each([1, 2, 4])('has workers of a browser decode and augment the same: %i workers', async (workers) => {
  const { source, job } = await openRows('shards');
  const loader = openLoader({ source, start: () => new Worker(new URL('./support/batch-worker.ts', import.meta.url), { type: 'module' }), workers, description: job, pieceRows: 3 });
  try {
    expect(await digestOf(loader)).toBe(expectedDigests.shards);
  } finally {
    await loader.close();
  }
});
