import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { RunInsights } from '../../src/dashboard/run-insights.js';
import type { Activations, Kernels } from '../../src/dashboard/insights.js';
import { alexnet } from '../support/cli.js';
import { ask, follow, type Opened } from '../support/dashboard.js';
import { testDevice, tinyImage, writeTinyIdx } from '../support/tiny-data.js';

let folder: string;
let run: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convkit-train-dashboard-'));
  run = join(folder, 'run');
  await writeTinyIdx(join(folder, 'data'), 96, 12);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a browser holds after it followed the printed address. */
async function enter(url: string): Promise<Opened> {
  const { port, searchParams } = new URL(url);
  const { headers } = await ask(Number(port), `/${new URL(url).search}`);
  const [cookie] = (headers['set-cookie'] ?? []).map((text) => text.split(';')[0]);
  return { url, port: Number(port), token: searchParams.get('token') ?? '', cookie, show: () => undefined, close: () => Promise.resolve() };
}

async function json<T>({ port, cookie }: Opened, path: string): Promise<T> {
  const { status, body } = await ask(port, path, { headers: { cookie } });
  expect({ path, status, body }).toMatchObject({ path, status: 200 });
  return JSON.parse(body) as T;
}

/** Starts a command, and `watch` when it has printed the address of its dashboard. */
async function watched(args: readonly string[], watch: (dashboard: Opened, child: ChildProcess) => Promise<void>) {
  let watching: Promise<void> | undefined;
  const finished = await alexnet([...args, '--json'], {
    cwd: folder,
    onEvent: ({ type, url }, child) => {
      if (type !== 'dashboard') return;
      onTestFinished(() => void child.kill('SIGKILL'));
      watching = enter(url as string).then((dashboard) => watch(dashboard, child));
      watching.catch(() => child.kill('SIGKILL'));
    },
  });
  // What the command says of itself comes before what was seen of it.
  expect(finished.stderr).toBe('');
  await watching;
  return finished;
}

describe('train --dashboard', () => {
  it('shows the run and hands it commands, which come back as events', async () => {
    const answers: number[] = [];
    let seen: readonly Record<string, unknown>[] = [];
    const { exitCode, stdout, stderr } = await watched(['train', '--data', `idx:${join(folder, 'data')}`, '--device', testDevice, '--out', run, '--batch', '8', '--epochs', '5000', '--checkpoint-every', '1000000', '--dashboard'], async (dashboard) => {
      const { port, cookie } = dashboard;
      const order = async (command: object) => {
        const { status } = await ask(port, '/api/runs/0/commands', { method: 'POST', headers: { cookie, origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json' }, body: JSON.stringify(command) });
        answers.push(status);
      };
      expect(await json(dashboard, '/api/runs')).toEqual({ runs: [{ id: '0', name: 'run', path: run, live: true, steerable: true }] });
      expect((await ask(port, '/', { headers: { cookie } })).body).toContain('<script');
      await order({ type: 'checkpoint' });
      await order({ type: 'divide-rate', by: 10 });
      await order({ type: 'pause' });
      await order({ type: 'resume' });
      const { events } = await follow(dashboard, '/api/runs/0/events', { enough: (all) => all.filter(({ type }) => type === 'command').length === 4 && all.some(({ type }) => type === 'checkpoint') });
      expect(events[0]).toMatchObject({ type: 'start', run });
      const kernels = await ask(port, '/api/runs/0/kernels.png', { headers: { cookie } });
      expect({ status: kernels.status, type: kernels.headers['content-type'] }).toEqual({ status: 200, type: 'image/png' });
      expect(Number(kernels.headers['x-step'])).toBeGreaterThan(0);
      const { layers } = await json<{ readonly layers: readonly { readonly url: string }[] }>(dashboard, '/api/runs/0/activations/3');
      for (const { url } of layers) expect({ url, status: (await ask(port, url, { headers: { cookie } })).status }).toEqual({ url, status: 200 });
      expect((await ask(port, '/api/runs/0/images/12.png', { headers: { cookie } })).body).toBe('There is no test image 12: the data have 12, counted from 0.\n');
      // To the end, which comes by the last command.
      const followed = follow(dashboard, '/api/runs/0/events', { enough: () => false });
      await order({ type: 'stop' });
      seen = (await followed).events;
    });
    expect({ exitCode, stderr, answers }).toEqual({ exitCode: 0, stderr: '', answers: [202, 202, 202, 202, 202] });
    expect(stdout.split('\n')[0]).toMatch(/^\{"type":"dashboard","url":"http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}"\}$/);
    const written = (await readFile(join(run, 'events.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(seen).toEqual(written);
    expect(written.filter(({ type }) => type === 'command').map(({ command }) => command)).toEqual([{ type: 'checkpoint' }, { type: 'divide-rate', by: 10 }, { type: 'pause' }, { type: 'resume' }, { type: 'stop' }]);
    expect(written[written.length - 1]).toMatchObject({ type: 'done', reason: 'stopped' });
  }, 300_000);

  it('leaves a run that the command dashboard shows, without reach', async () => {
    const { exitCode, stderr, events } = await watched(['dashboard', run, run], async (dashboard, child) => {
      expect(await json(dashboard, '/api/runs')).toMatchObject({ runs: [{ id: '0', live: false, steerable: false }, { id: '1' }] });
      expect(await json(dashboard, '/api/runs/1/card')).toMatchObject({ card: expect.stringContaining('# ') as unknown, description: { seed: 1, classes: ['0', '1', '2'] } });
      const { events } = await follow(dashboard, '/api/runs/1/events', { enough: (all) => all.some(({ type }) => type === 'done') });
      expect(events[0]).toMatchObject({ type: 'start' });
      child.kill('SIGINT');
    });
    expect({ exitCode, stderr, types: events.map(({ type }) => type) }).toEqual({ exitCode: 0, stderr: '', types: ['dashboard'] });
  }, 300_000);

  it('is refused for what is no run', async () => {
    const { exitCode, stderr } = await alexnet(['dashboard', folder], { cwd: folder });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: `error: ${folder}: is no run folder: it has no events.jsonl.\nhelp: runs are kept under runs/; \`ls runs\` shows them.\n` });
    const codes = await Promise.all(['80', '65536', 'x'].map(async (port) => (await alexnet(['dashboard', run, '--port', port], { cwd: folder })).exitCode));
    expect(codes).toEqual([2, 2, 2]);
  }, 300_000);

  it('draws what the network makes of an image as an evaluation would', async () => {
    const insights = new RunInsights();
    const { step, label, guesses, layers } = (await insights.answer({ about: 'activations', run, image: 4 })) as Activations;
    const { png: kernels, step: same } = (await insights.answer({ about: 'kernels', run })) as Kernels;
    expect({ label, same }).toEqual({ label: 1, same: step });
    const { width, height, pixels } = tinyImage(4);
    const file = join(folder, 'image.png');
    await sharp(pixels, { raw: { width, height, channels: 1 } }).png().toFile(file);
    const { events } = await alexnet(['predict', '--checkpoint', run, file, '--views', '1', '--device', testDevice, '--top', '5', '--json'], { cwd: folder });
    const expected = events[0].guesses as Activations['guesses'];
    expect(guesses.map((guess) => guess.class)).toEqual(expected.map((guess) => guess.class));
    guesses.forEach(({ probability }, i) => expect(probability).toBeCloseTo(expected[i].probability, 5));
    expect(layers.map(({ name, shape }) => [name, shape])).toContainEqual(['pool1', [13, 13, 16]]);
    const pool = await sharp(layers.find(({ name }) => name === 'pool1')?.png).metadata();
    expect([pool.width, pool.height]).toEqual([4 * 13 + 3, 4 * 13 + 3]);
    expect((await sharp(kernels).metadata()).format).toBe('png');
    const image = await sharp((await insights.answer({ about: 'image', run, image: 4 })) as Uint8Array).toColourspace('b-w').raw().toBuffer();
    expect([...image]).toEqual([...pixels]);
  }, 300_000);
});
