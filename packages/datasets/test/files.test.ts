import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { afterAll, afterEach, expect, it, vi } from 'vitest';

import { loadDataset, readIdx } from '@convkit/datasets';
import { fileSource, kindOf, listFolder } from '../src/files.js';

const root = await mkdtemp(`${tmpdir()}/convkit-files-`);
afterAll(() => rm(root, { recursive: true }));
afterEach(() => vi.unstubAllGlobals());

it('lists by code units, follows links, and passes over hidden and dangling names', async () => {
  await mkdir(`${root}/list/b`, { recursive: true });
  for (const name of ['Z', 'a', 'ä', '.hidden', '10', '9']) await writeFile(`${root}/list/${name}`, name);
  await symlink('b', `${root}/list/link`);
  await symlink('a', `${root}/list/file-link`);
  await symlink('nowhere', `${root}/list/dangling`);
  expect((await listFolder(`${root}/list`)).map(({ name, kind }) => `${kind} ${name}`)).toEqual(
    ['file 10', 'file 9', 'file Z', 'file a', 'folder b', 'file file-link', 'folder link', 'file ä'],
  );
  expect([await kindOf(`${root}/list`), await kindOf(`${root}/list/a`), await kindOf(`${root}/list/a/b`), await kindOf(`${root}/none`)]).toEqual(['folder', 'file', undefined, undefined]);
});

const counts = process.platform === 'linux';
if (!counts) console.warn('open files can be counted on Linux only; skipped: closes a file at its end and when reading stops early');
it.skipIf(!counts)('closes a file at its end and when reading stops early (on Linux, where open files can be counted)', async () => {
  const descriptors = async () => (await readdir('/proc/self/fd')).length;
  await writeFile(`${root}/long`, new Uint8Array(300_000).fill(9));
  const before = await descriptors();
  for (let i = 0; i < 20; i++) await expect(readIdx(fileSource(`${root}/long`))).rejects.toMatchObject({ code: 'FILE_MAGIC' });
  await writeFile(`${root}/good`, new Uint8Array([0, 0, 8, 1, 0, 0, 0, 1, 7]));
  for (let i = 0; i < 20; i++) expect((await readIdx(fileSource(`${root}/good`))).data[0]).toBe(7);
  expect(Math.abs((await descriptors()) - before)).toBeLessThan(10);
});

it('says that paths are for Node where there is no Node', async () => {
  vi.stubGlobal('process', undefined);
  for (const spec of ['idx:x', 'cifar10:x', 'folder:x']) await expect(loadDataset(spec)).rejects.toMatchObject({ code: 'FILES_UNAVAILABLE' });
});

it('names a file that is not there', async () => {
  await expect(readIdx(fileSource(`${root}/none`))).rejects.toMatchObject({ code: 'FILE_MISSING' });
  await expect(readIdx(fileSource(root))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
});
