import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { afterAll, describe, expect, it } from 'vitest';

import { blobAccess, fileAccess, type RandomAccess } from '@convkit/datasets';
import { bytesAccess, readAhead, streamOf } from '../src/random-access.js';
import { collect } from '../src/bytes.js';

const root = await mkdtemp(`${tmpdir()}/convkit-access-`);
afterAll(() => rm(root, { recursive: true }));

const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) % 253);
await writeFile(`${root}/whole`, bytes);
const places: Record<string, () => Promise<RandomAccess>> = {
  memory: () => Promise.resolve(bytesAccess('whole', bytes)),
  blob: () => Promise.resolve(blobAccess('whole', new Blob([bytes]))),
  file: () => fileAccess(`${root}/whole`),
};

describe.each(Object.entries(places))('random access in %s', (_, open) => {
  it('reads any part, many at once', async () => {
    const source = await open();
    expect(source.size).toBe(bytes.length);
    const parts = [[0, 2], [199_999, 1], [70_000, 65_537], [5, 0], [200_000, 0], [0, 200_000]] as const;
    const read = await Promise.all(parts.map(([at, length]) => source.read(at, length)));
    read.forEach((part, i) => expect(Buffer.compare(part, bytes.subarray(parts[i][0], parts[i][0] + parts[i][1]))).toBe(0));
  });

  it('refuses what lies outside', async () => {
    const source = await open();
    for (const [at, length] of [[200_000, 1], [0, 200_001], [-1, 4], [1, -1], [0.5, 1], [NaN, 1], [0, Infinity], [2 ** 53, 2 ** 53]]) {
      await expect(source.read(at, length)).rejects.toMatchObject({ code: 'FILE_TRUNCATED' });
    }
  });

  it('streams all of it', async () => {
    expect(Buffer.compare(await collect(streamOf(await open())), bytes)).toBe(0);
  });
});

it('names what cannot be read', async () => {
  await expect(fileAccess(`${root}/none`)).rejects.toMatchObject({ code: 'FILE_MISSING' });
  await expect(fileAccess(root)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  await writeFile(`${root}/shrinks`, bytes);
  const source = await fileAccess(`${root}/shrinks`);
  await truncate(`${root}/shrinks`, 10);
  await expect(source.read(5, 10)).rejects.toMatchObject({ code: 'FILE_TRUNCATED', summary: `${root}/shrinks: ends at byte 10, but 10 bytes from byte 5 on are asked for.` });
  await writeFile(`${root}/goes`, bytes);
  const gone = await fileAccess(`${root}/goes`);
  await rm(`${root}/goes`);
  await expect(gone.read(0, 1)).rejects.toMatchObject({ code: 'FILE_MISSING' });
  await writeFile(`${root}/goes`, bytes);
  expect([...(await gone.read(0, 2))]).toEqual([0, 31]);
});

const counts = process.platform === 'linux';
if (!counts) console.warn('open files can be counted on Linux only; skipped: keeps few files open, and none for long');
it.skipIf(!counts)('keeps few files open, and none for long (on Linux, where open files can be counted)', async () => {
  const open = async () => (await readdir('/proc/self/fd')).length;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const before = await open();
  for (let i = 0; i < 60; i++) {
    await writeFile(`${root}/part-${i}`, bytes.subarray(i, i + 9));
    const source = await fileAccess(`${root}/part-${i}`);
    expect([...(await source.read(2, 1))]).toEqual([bytes[i + 2]]);
    expect(await source.read(0, 9)).toHaveLength(9);
  }
  expect((await open()) - before).toBeLessThanOrEqual(18);
  await expect.poll(open, { timeout: 20_000 }).toBeLessThanOrEqual(before);
});

it('reads ahead for small steps, and passes on what is larger', async () => {
  const asked: [number, number][] = [];
  const source = bytesAccess('whole', bytes);
  const reader = readAhead({ ...source, read: (at, length) => (asked.push([at, length]), source.read(at, length)) }, 100);
  const steps = [[0, 10], [50, 50], [90, 20], [100, 90], [0, 500], [199_990, 10]] as const;
  for (const [at, length] of steps) expect([...(await reader.read(at, length))]).toEqual([...bytes.subarray(at, at + length)]);
  expect(asked).toEqual([[0, 100], [90, 100], [0, 500], [199_990, 10]]);
  await expect(reader.read(199_995, 10)).rejects.toMatchObject({ code: 'FILE_TRUNCATED' });
});
