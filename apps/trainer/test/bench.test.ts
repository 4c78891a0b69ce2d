import { tmpdir } from 'node:os';
import { buildNetwork, findNetwork, inputShape, networks } from '@convkit/alexnet';
import { summarise } from '@convkit/layers';
import { describe, expect, it, vi } from 'vitest';
import type { LayerTime, Measurement } from '../src/bench/measure.js';
import { alexnet } from './support/cli.js';
import { testDevice } from './support/tiny-data.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 120_000 });

const { recipe, defaults, design } = findNetwork('alexnet-mini');
const bench = (...args: string[]) => alexnet(['bench', ...args], { cwd: tmpdir() });
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('alexnet bench', () => {
  it('tells figures that belong together', async () => {
    const batch = 4;
    const { events, exitCode, stderr } = await bench('--model', 'alexnet-mini', '--batch', String(batch), '--device', testDevice, '--threads', '1', '--steps', '3', '--json');
    expect({ exitCode, stderr, lines: events.length }).toEqual({ exitCode: 0, stderr: '', lines: 1 });
    const done = events[0] as unknown as Measurement;
    const positive = expect.toSatisfy((value: number) => value > 0 && value < Infinity) as number;
    const rates = { trainImagesPerSecond: positive, forwardImagesPerSecond: positive, latencyMs: positive, gflops: positive, forwardGflops: positive, peakGflops: positive };
    const { layers, ...rest } = done;
    expect(rest).toEqual({ type: 'done', model: 'alexnet-mini', batch, device: testDevice, threads: 1, steps: 3, ...rates, peakBytes: positive });

    const { rows, multiplyAdds, parameters, bytesKept } = summarise(buildNetwork(design, defaults), [1, ...inputShape(recipe, defaults)]);
    const [, first] = rows;
    // The first layer's gradient by its input is not computed.
    expect(done.gflops).toBeCloseTo((2 * (3 * multiplyAdds - first.multiplyAdds) * done.trainImagesPerSecond) / 1e9, 6);
    expect(done.forwardGflops).toBeCloseTo((2 * multiplyAdds * done.forwardImagesPerSecond) / 1e9, 6);
    expect(done.forwardImagesPerSecond).toBeGreaterThan(done.trainImagesPerSecond);
    // Parameters and velocities, the activations of a batch, and the gradients that are there together with some of them.
    expect(done.peakBytes).toBeGreaterThan(4 * 2 * parameters + batch * bytesKept);
    expect(done.peakBytes).toBeLessThan(2 * (4 * 3 * parameters + batch * bytesKept));

    expect(layers.map(({ name, kind }) => ({ name, kind }))).toEqual([
      ...rows.map(({ name, kind }) => ({ name, kind })),
      { name: 'loss', kind: 'loss' },
      { name: 'update', kind: 'update' },
    ]);
    expect(sum(layers.map(({ share }) => share))).toBeCloseTo(1, 9);
    const whole = sum(layers.map(({ forwardMs, backwardMs }) => forwardMs + backwardMs));
    for (const layer of layers) expect(layer.share).toBeCloseTo((layer.forwardMs + layer.backwardMs) / whole, 9);
    for (const [i, row] of rows.entries()) assertGflops(layers[i], 2 * batch * row.multiplyAdds, (row === first ? 2 : 4) * batch * row.multiplyAdds);
    const [upload, update] = [layers[0], layers[layers.length - 1]];
    expect([upload, update]).toMatchObject([{ forwardMs: positive, backwardMs: 0 }, { forwardMs: 0, backwardMs: positive }]);
    for (const { forwardMs, backwardMs } of layers.slice(1, -1)) expect([forwardMs, backwardMs]).toEqual([positive, positive]);
  });

  it('speaks to people without --json', async () => {
    const { stdout, stderr, exitCode } = await bench('--batch', '2', '--device', testDevice, '--threads', '2', '--steps', '1');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^alexnet-mini, 2 images 26x26x1 a step, on cpu with 2 threads\n\ntraining step +\d+\.\d ms +[\d.]+ images\/s +[\d.]+ GFLOP\/s +\d+\.\d % of the peak\nforward pass +\d+\.\d ms +[\d.]+ images\/s +[\d.]+ GFLOP\/s +\d+\.\d % of the peak\none image +\d+\.\d ms\npeak +[\d.]+ GFLOP\/s\n\nlayer +kind +forward ms +GFLOP\/s +backward ms +GFLOP\/s +share\n/);
    const rates = [...stdout.matchAll(/([\d.]+) GFLOP\/s/g)].map(([, rate]) => Number(rate));
    const parts = [...stdout.matchAll(/([\d.]+) % of the peak/g)].map(([, part]) => Number(part));
    expect(parts).toHaveLength(2);
    for (const [i, part] of parts.entries()) expect(part).toBeCloseTo((100 * rates[i]) / rates[2], 0);
    const table = stdout.split('\n\n')[2].split('\n');
    expect(table.map((line) => line.split(/ +/)[0])).toEqual(['layer', 'input', ...buildNetwork(design, defaults).layers.map(({ name }) => name), 'loss', 'update']);
    expect(new Set(table.map((line) => line.length)).size).toBe(1);
    expect(table[2]).toMatch(/^conv1 +conv2d +\d+\.\d\d +\d+\.\d +\d+\.\d\d +\d+\.\d +\d+\.\d %$/);
    expect(stdout).toMatch(/\n\n[\d,]+ bytes of tensors at most\. .*\n$/);
  });

  it('refuses what it cannot do', async () => {
    const help = /\nhelp: alexnet --help lists the commands, alexnet COMMAND --help the options of one\.\n$/;
    for (const [args, message] of [
      [['--model', 'vgg'], `option '--model <name>' argument 'vgg' is invalid. Allowed choices are ${Object.keys(networks).join(', ')}.`],
      [['--batch', '0'], "option '--batch <n>' argument '0' is invalid. It must be a whole number of at least 1."],
      [['--threads', 'all'], "option '--threads <n>' argument 'all' is invalid. It must be a whole number of at least 1."],
      [['--steps', '1.5'], "option '--steps <n>' argument '1.5' is invalid. It must be a whole number of at least 1."],
      [['--frobnicate'], "unknown option '--frobnicate'"],
    ] as const) {
      const { exitCode, stdout, stderr } = await bench(...args);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr.split('\n')[0]).toBe(`error: ${message}`);
      expect(stderr).toMatch(help);
    }
    expect(await bench('--device', 'host', '--threads', '2', '--json')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: threads cannot be given for host: it has none to choose\.\nhelp: .*\n$/) as string,
    });
  });
});

/** Multiplications and additions over time; null where there are none. */
function assertGflops({ forwardMs, backwardMs, forwardGflops, backwardGflops }: LayerTime, forward: number, backward: number): void {
  if (forward === 0) return expect([forwardGflops, backwardGflops]).toEqual([null, null]);
  expect(forwardGflops).toBeCloseTo(forward / forwardMs / 1e6, 6);
  expect(backwardGflops).toBeCloseTo(backward / backwardMs / 1e6, 6);
}
