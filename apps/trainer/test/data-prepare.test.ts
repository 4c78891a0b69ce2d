import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { datasetStatistics, openPrepared } from '@convkit/datasets';
import { RandomStream } from '@convkit/tensor';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { alexnet, programPath } from './support/cli.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-prepare-'));
  await writePhotos(join(cwd, 'photos'));
});
afterAll(() => rm(cwd, { recursive: true }));

/** Photographs of all kinds: 26 to train on, of which 2 cannot be read, 5 to judge by. */
async function writePhotos(folder: string): Promise<void> {
  const draws = new RandomStream(1, 'photos').at();
  const soft = (channels: 1 | 3) =>
    sharp(Uint8Array.from({ length: 9 * 7 * channels }, () => draws.integer(256)), { raw: { width: 9, height: 7, channels } }).resize({ width: 50 + draws.integer(40), height: 40 + draws.integer(40), fit: 'fill' });
  const write = async (path: string, bytes: Uint8Array | string) => {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), bytes);
  };
  for (let i = 0; i < 10; i++) for (const name of ['cat', 'große Möwe']) await write(`train/${name}/${i}.jpg`, await soft(3).jpeg().toBuffer());
  for (let i = 0; i < 5; i++) await write(`val/${i % 2 === 0 ? 'cat' : 'große Möwe'}/${i}.jpg`, await soft(3).jpeg().toBuffer());
  await write('train/cat/grey.png', await soft(1).toColourspace('b-w').png().toBuffer());
  await write('train/cat/16 bit.png', await soft(3).toColourspace('rgb16').png().toBuffer());
  await write('train/cat/turned.jpg', await soft(3).withMetadata({ orientation: 6 }).jpeg().toBuffer());
  await write('train/cat/really a png.jpg', await soft(3).png().toBuffer());
  await write('train/cat/torn.jpg', (await soft(3).jpeg().toBuffer()).subarray(0, 300));
  await write('train/große Möwe/text\n.jpg', 'not an image');
}

const options = ['--size', '24', '--shard-images', '6'];
const prepare = (out: string, ...args: string[]) => alexnet(['data', 'prepare', 'folder:photos', out, ...options, ...args], { cwd });

/** Every file of a folder but the lock, as text that compares bytes. */
async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(join(cwd, folder))).filter((name) => name !== 'lock').sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await readFile(join(cwd, folder, name))).toString('latin1')] as const)));
}

describe('data prepare', () => {
  it('writes shards that are read back, names what it skipped, and has their statistics', async () => {
    const { exitCode, stdout, stderr } = await prepare('one', '--workers', '1');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^24 training and 5 test images of folder:.*photos as 24x24 JPEG \(quality 95\) in .*one\n6 shards made in /);
    expect(stdout).toMatch(/\ntrain +24 +2 +5 +\d+\.\d +[0-9a-f]{12}\ntest +5 +0 +1 /);
    expect(stdout).toMatch(/\n {2}"train\/cat\/torn.jpg": no good image: .*\n/);
    expect(stdout).toMatch(/\n {2}"train\/große Möwe\/text\\n.jpg": no good image: .*\n/);
    expect(stdout).toMatch(/\nnext: alexnet train --data shards:one\n$/);
    const { train, test, statistics } = await openPrepared(join(cwd, 'one'));
    expect([train.length, test.length, train.classes, train.width, train.name]).toEqual([24, 5, ['cat', 'große Möwe'], 24, 'photos']);
    expect(statistics).toEqual(await datasetStatistics(train));
    const names = Array.from({ length: 24 }, (_, i) => train.nameOf(i));
    expect(names).toContain('train/cat/16 bit.png');
    expect(names).not.toEqual([...names].sort());
    for (const [i, name] of names.entries()) expect((await train.item(i)).label, name).toBe(name.includes('Möwe') ? 1 : 0);
  });

  it('writes the same bytes with two threads, and takes over what is there', async () => {
    const first = await prepare('two', '--workers', '2', '--json');
    expect(first.exitCode, first.stderr).toBe(0);
    expect(await contents('two')).toEqual(await contents('one'));
    expect(first.events.slice(0, -1).map(({ type, shard }) => [type, shard]).sort()).toEqual(
      [...['0', '1', '2', '3', '4'].map((i) => `train-00000${i}.tar`), 'test-000000.tar'].map((name) => ['shard', name]).sort(),
    );
    expect(first.events.at(-1)).toMatchObject({ type: 'done', size: 24, quality: 95, parts: { train: { images: 24, skipped: 2 }, test: { images: 5, skipped: 0 } }, shardsMade: 6, shardsTaken: 0, workers: 2 });
    const before = await contents('two');
    await rm(join(cwd, 'two', 'train-000003.tar'));
    await rm(join(cwd, 'two', 'test-000000.json'));
    await rm(join(cwd, 'two', 'index.json'));
    const again = await prepare('two', '--json');
    expect(again.events.at(-1)).toMatchObject({ shardsMade: 2, shardsTaken: 4 });
    expect(await contents('two')).toEqual(before);
  });

  it('ends with the same bytes however often it is killed', async () => {
    const program = await programPath();
    const draws = new RandomStream(11, 'kills').at();
    const folder = join(cwd, 'killed');
    const names = (): Promise<readonly string[]> => readdir(folder).catch(() => []);
    let inTheMiddle = 0;
    // At least five times, and until it was caught in the middle, not before it wrote or when it was done: on busy machines it is seen late.
    for (let kill = 0; kill < 5 || inTheMiddle === 0; kill++) {
      expect(kill).toBeLessThan(50);
      const child = spawn(process.execPath, [program, 'data', 'prepare', 'folder:photos', 'killed', ...options, '--workers', String(1 + (kill % 2)), '--json'], { cwd, stdio: 'ignore' });
      const ended = new Promise((resolve) => child.on('exit', resolve));
      const known = (await names()).length;
      while (child.exitCode === null && (await names()).length <= known) await setTimeout(5);
      await setTimeout(draws.integer(60));
      child.kill('SIGKILL');
      await ended;
      const left = await names();
      if (left.includes('index.json')) await rm(folder, { recursive: true });
      else if (left.some((name) => name.endsWith('.tar'))) inTheMiddle++;
    }
    const last = await prepare('killed');
    expect(last.exitCode, last.stderr).toBe(0);
    expect(await contents('killed')).toEqual(await contents('one'));
  });

  it('fails at the first image that cannot be read when it is strict, also if it was skipped before', async () => {
    for (const out of ['strict', 'one']) {
      const { exitCode, stderr } = await prepare(out, '--strict');
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^error: .*(torn|text .)\.jpg: no good image: /);
    }
  });

  it('leaves alone what is not its own, and says why', async () => {
    await mkdir(join(cwd, 'taken'));
    await writeFile(join(cwd, 'taken', 'index.json'), 'precious');
    expect(await prepare('taken')).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^error: .*taken: the folder is not empty and holds no data that were begun to be prepared; nothing is written over\.\nhelp: choose another folder\.\n$/) as string });
    expect(await contents('taken')).toEqual({ 'index.json': 'precious' });

    const before = await contents('one');
    expect(await prepare('one', '--quality', '90')).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/prepare.json: these data were begun with quality 95 instead of 90\.\nhelp: give the same again to go on, or another folder to begin anew\.\n$/) as string });
    await writeFile(join(cwd, 'photos', 'train', 'cat', 'new.jpg'), 'whatever');
    expect((await prepare('one')).stderr).toMatch(/prepare.json: these data were begun with images \{"train":26,"test":5\} instead of \{"train":27,"test":5\}\.\n/);
    await rm(join(cwd, 'photos', 'train', 'cat', 'new.jpg'));
    expect(await contents('one')).toEqual(before);

    await writeFile(join(cwd, 'one', 'lock'), JSON.stringify({ pid: 1, host: 'elsewhere', boot: '', token: 'x' }));
    expect((await prepare('one')).stderr).toMatch(/one\/lock: process 1 on elsewhere is preparing data in this folder\.\n/);
    await rm(join(cwd, 'one', 'lock'));
    expect(await prepare('one', '--size', '4000')).toMatchObject({ exitCode: 2 });
    expect((await alexnet(['data', 'prepare', 'folder:nowhere', 'out'], { cwd })).stderr).toMatch(/^error: .*nowhere: there is no such file or folder\.\n/);
    expect((await alexnet(['data', 'prepare', 'folder:photos', 'photos/train/cat/0.jpg'], { cwd })).stderr).toMatch(/^error: .*0\.jpg: cannot be written: EEXIST/);
  });

  it('is trained on', async () => {
    const { exitCode, stderr, events } = await alexnet(['train', '--data', 'shards:one', '--batch', '4', '--max-steps', '2', '--out', 'run', '--json', '--device', 'cpu'], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(events[0]).toMatchObject({ type: 'start', trainImages: 24, testImages: 5 });
  });
});
