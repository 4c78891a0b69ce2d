import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from '../src/lock-file.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convkit-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true }));

const holder = async () => JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;

/** The number of a process that is dead. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0']);
  await new Promise((resolve) => child.on('close', resolve));
  return child.pid as number;
}

describe('lockFolder', () => {
  it('lets one in, names it to the second, and leaves nothing behind', async () => {
    const unlock = await lockFolder(path);
    await expect(lockFolder(path)).rejects.toMatchObject({ code: 'FOLDER_LOCKED', summary: `${path}: process ${process.pid} on ${hostname()} is training in this run folder.` });
    await unlock();
    expect(await readdir(folder)).toEqual([]);
    await (await lockFolder(path))();
  });

  it('takes over the lock of a dead process, of an earlier boot, and one torn in writing', async () => {
    await (await lockFolder(path))();
    const unlock = await lockFolder(path);
    const mine = await holder();
    await unlock();
    for (const stale of [JSON.stringify({ ...mine, pid: await deadPid() }), JSON.stringify({ ...mine, boot: 'an earlier one' }), '{"pid":', '']) {
      await writeFile(path, stale);
      const release = await lockFolder(path);
      expect(await holder()).toMatchObject({ pid: process.pid });
      await release();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it('does not judge processes of another computer', async () => {
    await writeFile(path, JSON.stringify({ pid: await deadPid(), host: 'elsewhere', boot: '', token: 'x' }));
    await expect(lockFolder(path)).rejects.toThrow('on elsewhere is training');
  });

  it('lets only one of several take over', async () => {
    await writeFile(path, JSON.stringify({ pid: await deadPid(), host: hostname(), boot: 'an earlier one', token: 'x' }));
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => lockFolder(path)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'FOLDER_LOCKED' });
  });

  it('does not take away a lock that is another\'s by now', async () => {
    const unlock = await lockFolder(path);
    await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname(), boot: '', token: 'another' }));
    await unlock();
    expect(await holder()).toMatchObject({ token: 'another' });
  });
});
