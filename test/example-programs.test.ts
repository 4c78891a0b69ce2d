import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { replay, pcaNoise, randomFlip, randomResizedCrop, type Drawn } from '@convkit/data-aug';
import { RandomStream } from '@convkit/tensor';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { itWithShared } from '../packages/datasets/test/support/shared-data.js';
import { root } from '../tools/examples.mjs';

const folder = mkdtempSync(join(tmpdir(), 'convkit-examples-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const patience = 180_000;

/** The lines that a program of `examples/` prints. */
async function run(program: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)('node', [join(root, 'examples', program), ...args], { cwd: folder });
  return stdout.trim().split('\n');
}

const harbour = join(root, 'examples/harbour.svg');

async function pixels(file: string) {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), ...info };
}

describe('edges.js', () => {
  it('draws the length of what the two filters of Sobel find', async () => {
    const file = join(folder, 'edges.png');
    const [line] = await run('edges.js', harbour, file);
    const { data, width, height } = await pixels(harbour);
    const grey = (y: number, x: number) => Math.round(0.299 * data[(y * width + x) * 3] + 0.587 * data[(y * width + x) * 3 + 1] + 0.114 * data[(y * width + x) * 3 + 2]);
    const lengths: number[] = [];
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const across = grey(y - 1, x + 1) + 2 * grey(y, x + 1) + grey(y + 1, x + 1) - grey(y - 1, x - 1) - 2 * grey(y, x - 1) - grey(y + 1, x - 1);
        const down = grey(y + 1, x - 1) + 2 * grey(y + 1, x) + grey(y + 1, x + 1) - grey(y - 1, x - 1) - 2 * grey(y - 1, x) - grey(y - 1, x + 1);
        lengths.push(Math.hypot(across, down));
      }
    }
    const longest = Math.max(...lengths);
    expect(Math.abs(Number(/steepest edge is ([\d.]+)/.exec(line)?.[1]) - longest)).toBeLessThan(8);
    const picture = await pixels(file);
    expect([picture.width, picture.height]).toEqual([width - 2, height - 2]);
    const off = lengths.map((length, i) => Math.abs((255 * length) / longest - picture.data[i * picture.channels]));
    expect(Math.max(...off)).toBeLessThan(4); // a grey may be rounded the other way
    expect(off.reduce((a, b) => a + b) / off.length).toBeLessThan(0.3);
  }, patience);
});

describe('fit-curve.js', () => {
  it('ends where the normal equations do', async () => {
    const file = join(folder, 'curve.svg');
    const lines = await run('fit-curve.js', file);
    const found = (/^c = (.*)$/m.exec(lines.join('\n'))?.[1] ?? '').split(', ').map(Number);
    const draws = new RandomStream(7, 'points').at();
    const points = Array.from({ length: 60 }, (_, i) => (2 * i) / 59 - 1).map((x) => ({ x, y: Math.sin(Math.PI * x) + 0.15 * draws.normal() }));
    const wanted = leastSquares(points.map(({ x }) => legendre(x, 6)), points.map(({ y }) => y));
    expect(found).toHaveLength(6);
    for (const [i, c] of wanted.entries()) expect(found[i]).toBeCloseTo(c, 2);
    const errors = lines.filter((line) => line.startsWith('step')).map((line) => Number(line.split(' ').at(-1)));
    expect(errors).toHaveLength(4);
    expect(errors[3]).toBeLessThan(0.0225); // the variance of the noise
    const svg = readFileSync(file, 'utf8');
    expect(svg.match(/h0"/g)).toHaveLength(60);
    expect(svg).not.toContain('NaN');
  }, patience);

  /** Legendre's polynomials by Bonnet's recursion: (n + 1) P(n+1) = (2n + 1) x P(n) - n P(n-1). */
  function legendre(x: number, count: number): number[] {
    const values = [1, x];
    for (let n = 1; values.length < count; n++) values.push(((2 * n + 1) * x * values[n] - n * values[n - 1]) / (n + 1));
    return values;
  }

  /** Gauss elimination on the normal equations. */
  function leastSquares(rows: number[][], ys: number[]): number[] {
    const n = rows[0].length;
    const a = Array.from({ length: n }, (_, i) => [...Array.from({ length: n }, (_, j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)), rows.reduce((sum, row, k) => sum + row[i] * ys[k], 0)]);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (j !== i) a[j] = a[j].map((value, k) => value - (a[j][i] / a[i][i]) * a[i][k]);
      }
    }
    return a.map((row, i) => row[n] / row[i]);
  }
});

describe('contact-sheet.js', () => {
  it('shows in each field what the printed draws make of the picture, and always the same', async () => {
    const files = ['sheet.png', 'again.png'].map((name) => join(folder, name));
    const [lines, again] = [await run('contact-sheet.js', harbour, files[0]), await run('contact-sheet.js', harbour, files[1])];
    expect(again.slice(0, -1)).toEqual(lines.slice(0, -1));
    expect(readFileSync(files[1]).equals(readFileSync(files[0]))).toBe(true);
    const source = await pixels(harbour);
    const sheet = await pixels(files[0]);
    expect([sheet.width, sheet.height]).toEqual([604, 404]);
    const drawn = lines.slice(0, -1).map((line) => JSON.parse(line) as Drawn[]);
    expect(drawn).toHaveLength(24);
    expect(new Set(lines).size).toBe(25);
    for (const [i, values] of drawn.entries()) {
      const tile = part(sheet, { x: 4 + (i % 6) * 100, y: 4 + Math.floor(i / 6) * 100, width: 96, height: 96 });
      const made = replay({ width: source.width, height: source.height, channels: 3, data: source.data }, [randomResizedCrop(96), randomFlip(), pcaNoise()], values);
      expect(tile).toEqual([...Uint8ClampedArray.from(made.data)]);
      // Without the package: resizing and mirroring leave the mean colour of the box, the noise shifts it, and what leaves the range of a byte takes a little.
      const [crop, , noise] = values.map(({ value }) => value) as [Parameters<typeof part>[1], unknown, { shift: number[] }];
      const [box, field] = [mean(part(source, crop)), mean(tile)];
      for (const c of [0, 1, 2]) expect(Math.abs(field[c] - box[c] - noise.shift[c])).toBeLessThan(4);
    }
  }, patience);

  function part({ data, width }: { data: Uint8Array; width: number }, box: { x: number; y: number; width: number; height: number }): number[] {
    const rows = Array.from({ length: box.height }, (_, y) => ((box.y + y) * width + box.x) * 3);
    return rows.flatMap((from) => Array.from(data.subarray(from, from + box.width * 3)));
  }

  function mean(rgb: readonly number[]): number[] {
    return [0, 1, 2].map((c) => rgb.reduce((sum, value, i) => sum + (i % 3 === c ? value : 0), 0) / (rgb.length / 3));
  }
});

describe('two-layers.js', () => {
  const right = (lines: string[]) => Number(/^([\d.]+) % of 1000 test images are right/.exec(lines.at(-1) ?? '')?.[1]);

  it('has thirty lines below its imports', () => {
    const lines = readFileSync(join(root, 'examples/two-layers.js'), 'utf8').split('\n').filter((line) => !/^(import\b|\/\*\*| \*|\s*$)/.test(line));
    expect(lines.length).toBeLessThanOrEqual(30);
  });

  it('learns Fashion-MNIST, and says that it is not CIFAR-10', async () => {
    const lines = await run('two-layers.js');
    expect(lines[0]).toMatch(/^This is Fashion-MNIST/);
    expect(lines.filter((line) => /^step \d+: loss \d\.\d+$/.test(line))).toHaveLength(4);
    expect(right(lines)).toBeGreaterThan(75);
  }, patience);

  itWithShared('cifar-10-binary.tar.gz', 'learns CIFAR-10 from its archive', async (path) => {
    const lines = await run('two-layers.js', path);
    expect(lines).toHaveLength(5);
    expect(right(lines)).toBeGreaterThan(40);
  }, patience);

  it('names a file that is not there', async () => {
    await expect(run('two-layers.js', 'nowhere.tar.gz')).rejects.toThrow(/FILE_MISSING/);
  }, patience);
});

describe('custom-kernel.js', () => {
  it('runs one text on every device that is here, with the results of the formula', async () => {
    const file = join(folder, 'pattern.png');
    const lines = (await run('custom-kernel.js', file)).slice(0, -1);
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual(['webgpu', 'webgl2', 'cpu', 'gpujs-webasm', 'gpujs-cpu', 'host']);
    for (const line of lines.slice(2)) expect(line).not.toMatch(/is not here/);
    for (const line of lines.filter((line) => !line.includes('is not here'))) expect(Number(/at most (\S+) from/.exec(line)?.[1])).toBeLessThan(1e-5);
    const v = grayScott(96, 2500);
    const picture = await pixels(file);
    expect([picture.width, picture.height]).toEqual([192, 192]);
    const off = v.map((value, i) => Math.abs(picture.data[(2 * Math.floor(i / 96) * 192 + 2 * (i % 96)) * picture.channels] - 255 * Math.min(1, 2.5 * value)));
    expect(Math.max(...v)).toBeGreaterThan(0.2);
    expect(off.reduce((a, b) => a + b) / off.length).toBeLessThan(1);
  }, patience);

  /** The substance v after so many steps, in double precision. */
  function grayScott(size: number, steps: number): number[] {
    const inside = (i: number) => Math.abs(Math.floor(i / size) - size / 2) < 8 && Math.abs((i % size) - size / 2) < 8;
    let u = Array.from({ length: size * size }, (_, i): number => (inside(i) ? 0.5 : 1));
    let v = Array.from({ length: size * size }, (_, i): number => (inside(i) ? 0.25 : 0));
    const spread = (field: number[], i: number) => {
      const [y, x] = [Math.floor(i / size), i % size];
      const at = (row: number, column: number) => field[((row + size) % size) * size + ((column + size) % size)];
      return at(y - 1, x) + at(y + 1, x) + at(y, x - 1) + at(y, x + 1) - 4 * field[i];
    };
    for (let step = 0; step < steps; step++) {
      const [a, b] = [u, v];
      u = a.map((value, i) => value + 0.16 * spread(a, i) - value * b[i] ** 2 + 0.035 * (1 - value));
      v = b.map((value, i) => value + 0.08 * spread(b, i) + a[i] * value ** 2 - 0.095 * value);
    }
    return v;
  }
});
