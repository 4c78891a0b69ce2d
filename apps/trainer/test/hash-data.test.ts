import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openData } from '../src/data.js';
import { hashData } from '../src/hash-data.js';
import { tinyImage, writeTinyIdx } from './support/tiny-data.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'convkit-hash-data-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

it('takes the hashes of data in memory: of the classes, and of label, size and pixels of every example', async () => {
  await writeTinyIdx(join(root, 'tiny'), 8, 6);
  const data = `idx:${join(root, 'tiny')}`;
  const hashes = await hashData(data, await openData(data));
  const lines = Array.from({ length: 6 }, (_, i) => tinyImage(i)).map(({ label, pixels }) => `${label} ${sha256(Buffer.concat([Buffer.from('28x28x1 '), pixels]))}`);
  expect(hashes).toEqual({ train: expect.stringMatching(/^[0-9a-f]{64}$/) as string, test: sha256(['["0","1","2"]', ...lines].join('\n')) });
});

it('reads no folder of photographs for it, and says so', async () => {
  for (const part of ['train', 'val']) {
    for (const label of ['cat', 'dog']) {
      await mkdir(join(root, 'photos', part, label), { recursive: true });
      await writeFile(join(root, 'photos', part, label, '0.png'), await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } }).png().toBuffer());
    }
  }
  const data = `folder:${join(root, 'photos')}`;
  expect(await hashData(data, await openData(data))).toEqual({ notTaken: 'all images would have to be read before the run' });
});
