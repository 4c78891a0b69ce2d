import { canShareMemory } from '@convkit/tensor';
import { batchesOf, openLoader } from '@convkit/datasets';
import { afterEach, expect, it, vi } from 'vitest';
import { placeRows } from './support/place-rows.js';

afterEach(() => vi.unstubAllGlobals());

it.each([true, false])('gives the batches of the plain source with workers of a browser, memory shared: %s', async (shared) => {
  if (!shared) vi.stubGlobal('SharedArrayBuffer', undefined);
  expect(canShareMemory()).toBe(shared);
  const told: unknown[] = [];
  const loader = openLoader({
    source: placeRows,
    start: () => new Worker(new URL('./support/rows-worker.ts', import.meta.url), { type: 'module' }),
    workers: 2,
    pieceRows: 4,
    description: 'photos',
    onTold: (message) => told.push(message),
  });
  try {
    for (const [epoch, index] of [[0, 3], [0, 4], [1, 0], [1, 1], [7, 0]]) {
      const { x, targets } = await loader.batch(epoch, index);
      const plain = await batchesOf(placeRows).batch(epoch, index);
      expect([...x.data]).toEqual([...plain.x.data]);
      expect(targets).toEqual(plain.targets);
    }
    await loader.batch(7, 1);
    await expect(loader.batch(7, 2)).rejects.toMatchObject({ name: 'FormatError', code: 'FILE_CORRUPT', summary: '2.jpg is torn.' });
    expect(told).toEqual(['photos', 'photos']);
  } finally {
    await loader.close();
  }
  await expect(loader.batch(7, 3)).rejects.toMatchObject({ code: 'LOADER_CLOSED' });
});

it('tells when the script of a worker cannot be loaded', async () => {
  const loader = openLoader({ source: placeRows, start: () => new Worker('data:text/javascript,throw new Error("all is lost")'), workers: 1 });
  await expect(loader.batch(0, 0)).rejects.toMatchObject({ code: 'WORKER_DIED' });
  await loader.close();
});
