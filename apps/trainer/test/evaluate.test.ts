import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { alexnet } from './support/cli.js';
import { testDevice, tinyImage, writeTinyIdx } from './support/tiny-data.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const testImages = 6;
let cwd: string;
let trained: Record<string, unknown>;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-eval-'));
  await writeTinyIdx(join(cwd, 'tiny'), 24, testImages);
  const run = await alexnet(['train', '--data', 'idx:tiny', '--batch', '2', '--max-steps', '12', '--device', testDevice, '--out', 'run', '--json'], { cwd });
  trained = run.events.at(-1) as Record<string, unknown>;
  for (let i = 0; i < testImages; i++) {
    const { width, height, pixels } = tinyImage(i);
    await sharp(pixels, { raw: { width, height, channels: 1 } }).png().toFile(join(cwd, `${i}.png`));
  }
});
afterAll(() => rm(cwd, { recursive: true }));

const evaluate = (...args: string[]) => alexnet(['eval', '--device', testDevice, '--json', ...args], { cwd });
const predict = (...args: string[]) => alexnet(['predict', '--checkpoint', 'run', '--device', testDevice, ...args], { cwd });

describe('alexnet eval', () => {
  it('agrees with the evaluation of the run to the last digit, from anywhere', async () => {
    for (const args of [['--checkpoint', 'run'], ['--checkpoint', 'run/checkpoints/step-00000012.safetensors', '--data', 'idx:tiny'], ['--checkpoint', 'run/checkpoints']]) {
      const finished = await evaluate(...args);
      expect(finished).toMatchObject({ exitCode: 0, stderr: '' });
      expect(finished.events).toEqual([
        {
          type: 'done',
          top1: trained.testTop1,
          top5: trained.testTop5,
          loss: trained.testLoss,
          images: testImages,
          imagesPerSecond: expect.any(Number) as number,
          device: testDevice,
          views: 1,
          checkpoint: 'run/checkpoints/step-00000012.safetensors',
          data: `idx:${join(cwd, 'tiny')}`,
        },
      ]);
    }
  });

  it('takes ten views of an image', async () => {
    const [done] = (await evaluate('--checkpoint', 'run', '--views', '10')).events;
    expect(done).toMatchObject({ images: testImages, views: 10 });
    expect(done.loss).not.toBe(trained.testLoss);
    expect(done.loss).toBeGreaterThan(0);
  });

  it('speaks to people without --json', async () => {
    const { stdout, exitCode } = await alexnet(['eval', '--checkpoint', 'run', '--device', testDevice], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^alexnet-mini of run\/checkpoints\/step-00000012\.safetensors on idx:.*tiny, one view of an image:\ntop-1 \d+\.\d %, top-5 100\.0 %, loss \d\.\d{4} over 6 images in \d+ s \(\d+ images\/s on \S+\)\n$/);
  });
});

describe('alexnet predict', () => {
  it('agrees with the evaluation, image by image', async () => {
    const files = Array.from({ length: testImages }, (_, i) => `${i}.png`);
    const { events, exitCode, stderr } = await predict('--json', ...files);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(events.at(-1)).toEqual({ type: 'done', images: testImages, model: 'alexnet-mini', checkpoint: 'run/checkpoints/step-00000012.safetensors', device: testDevice });
    let loss = 0;
    let right = 0;
    for (const [i, { type, image, guesses }] of events.slice(0, -1).entries()) {
      expect({ type, image }).toEqual({ type: 'prediction', image: files[i] });
      const answers = guesses as { class: string; probability: number }[];
      expect(answers.map((answer) => answer.class).sort()).toEqual(['0', '1', '2']);
      expect(answers.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
      expect([...answers].sort((a, b) => b.probability - a.probability)).toEqual(answers);
      const label = String(tinyImage(i).label);
      loss -= Math.log((answers.find((answer) => answer.class === label) as { probability: number }).probability) / testImages;
      if (answers[0].class === label) right++;
    }
    expect(right / testImages).toBe(trained.testTop1);
    expect(loss).toBeCloseTo(trained.testLoss as number, 4);
  });

  it('takes a picture of another size and in colour', async () => {
    const { width, height, pixels } = tinyImage(1);
    await sharp(pixels, { raw: { width, height, channels: 1 } }).resize(90, 80, { fit: 'fill' }).toColourspace('srgb').jpeg().toFile(join(cwd, 'large.jpg'));
    const { stdout, exitCode } = await predict('--top', '1', 'large.jpg');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^large\.jpg\n {2} +\d+\.\d % {2}[012]\n$/);
  });
});

describe('alexnet doctor', () => {
  it('tells every device, why one is missing, and what auto takes', async () => {
    const { events, exitCode } = await alexnet(['doctor', '--json'], { cwd });
    expect({ exitCode, lines: events.length }).toEqual({ exitCode: 0, lines: 1 });
    const devices = events[0].devices as { name: string; available: boolean; reason: string | null }[];
    expect(devices.map(({ name }) => name)).toEqual(['webgpu', 'webgl2', 'cpu', 'gpujs-webasm', 'gpujs-cpu', 'host']);
    for (const { available, reason } of devices) {
      if (available) expect(reason).toBe(null);
      else expect(reason).toMatch(/\w/);
    }
    expect(devices.find(({ name }) => name === 'webgl2')).toMatchObject({ available: false });
    expect(devices.find(({ name }) => name === events[0].auto)).toMatchObject({ available: true });
    expect(events[0].why).toMatch(/ is there\.$/);
    const text = await alexnet(['doctor'], { cwd });
    expect(text.stdout).toMatch(/\n {2}cpu {11}yes {2}threads \d+, sharedMemory true\n {2}gpujs-webasm {2}yes {2}.*\n[\s\S]*\n--device auto takes /);
  });
});

describe('alexnet summary', () => {
  it('tells the numbers of 2012', async () => {
    const { events, exitCode } = await alexnet(['summary', '--model', 'alexnet-2012', '--json'], { cwd });
    expect(exitCode).toBe(0);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: 'done', model: 'alexnet-2012', input: [224, 224, 3], parameters: 60_965_224, multiplyAdds: 724_406_816 });
    expect((events[0].layers as { name: string; parameters: number }[]).filter(({ parameters }) => parameters > 0).map(({ name }) => name)).toEqual(['conv1', 'conv2', 'conv3', 'conv4', 'conv5', 'fc6', 'fc7', 'fc8']);
    const text = await alexnet(['summary', '--model', 'alexnet-2012'], { cwd });
    expect(text.stdout).toMatch(/^alexnet-2012, one image 224x224x3, 1000 classes\n[\s\S]*60,965,224 +724,406,816/);
  });
});
