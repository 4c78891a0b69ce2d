/**
 * A kernel of one's own on every device that is here: two substances that react and spread (Gray and Scott 1983; the constants are of Pearson's "Complex patterns in a simple system", 1993).
 * Every device runs the same text; each prints what it ran on and how far it is from the reference, `host`. The quickest of them goes on and draws.
 *
 *     node custom-kernel.js [RESULT.png]
 */
import { writeFile } from 'node:fs/promises';
import { deviceNames, openNamedDevice } from '@convkit/kernels-cpu';
import { defKernel, DeviceError, openHostDevice } from '@convkit/tensor';
import sharp from 'sharp';

const [result = 'custom-kernel.png'] = process.argv.slice(2);
const size = 96;

/**
 * One step of du/dt = Du ∇²u - u v² + F (1 - u), dv/dt = Dv ∇²v + u v² - (F + k) v, on a torus of [H, W] places with u and v side by side.
 *
 * @type {import('@convkit/tensor').KernelSpec<{ feed: number, kill: number }>}
 */
const react = defKernel({
  name: 'react',
  inputs: ['uv'],
  scalars: ['feed', 'kill'],
  /** @this {import('@convkit/tensor').KernelThread} @param {import('@convkit/tensor').View3} uv @param {number} feed @param {number} kill */
  body: function (uv, feed, kill) {
    const row = this.thread.z;
    const column = this.thread.y;
    const up = row === 0 ? this.constants.H - 1 : row - 1;
    const below = row === this.constants.H - 1 ? 0 : row + 1;
    const left = column === 0 ? this.constants.W - 1 : column - 1;
    const right = column === this.constants.W - 1 ? 0 : column + 1;
    const here = uv[row][column][this.thread.x];
    const spread = uv[up][column][this.thread.x] + uv[below][column][this.thread.x] + uv[row][left][this.thread.x] + uv[row][right][this.thread.x] - 4 * here;
    const reaction = uv[row][column][0] * uv[row][column][1] * uv[row][column][1];
    if (this.thread.x === 0) return here + 0.16 * spread - reaction + feed * (1 - here);
    return here + 0.08 * spread + reaction - (feed + kill) * here;
  },
  plan: ([uv]) => ({ output: uv, views: [uv], grid: uv, constants: { H: uv[0], W: uv[1] } }),
});

// All u, and a square of both in the middle.
const start = new Float32Array(size * size * 2);
for (let row = 0; row < size; row++) {
  for (let column = 0; column < size; column++) {
    const inside = Math.abs(row - size / 2) < 8 && Math.abs(column - size / 2) < 8;
    start.set(inside ? [0.5, 0.25] : [1, 0], (row * size + column) * 2);
  }
}

/** @param {import('@convkit/tensor').Device} device @param {Float32Array} from @param {number} steps */
async function run(device, from, steps) {
  let uv = await device.upload([size, size, 2], from, 'uv');
  for (let step = 0; step < steps; step++) uv = await device.run(react, [uv], { feed: 0.035, kill: 0.06 }, { donate: [uv] });
  const { data } = await device.download(uv);
  uv.release();
  return data;
}

const reference = await run(openHostDevice(), start, 100);
let quickest = { name: /** @type {import('@convkit/kernels-cpu').DeviceRequest} */ ('host'), milliseconds: Infinity };
for (const name of deviceNames.filter((name) => name !== 'auto')) {
  try {
    const device = await openNamedDevice(name);
    await run(device, start, 1); // compiled now, and measured below
    const from = performance.now();
    const data = await run(device, start, 100);
    const milliseconds = performance.now() - from;
    const furthest = data.reduce((most, value, i) => Math.max(most, Math.abs(value - reference[i])), 0);
    console.log(`${name.padEnd(13)} ${String(device.report().mode).padEnd(20)} ${milliseconds.toFixed(0).padStart(6)} ms, at most ${furthest.toExponential(1)} from the host`);
    await device.destroy();
    if (milliseconds < quickest.milliseconds) quickest = { name, milliseconds };
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    console.log(`${name.padEnd(13)} is not here: ${error.message.split('\n')[0]}`);
  }
}

const device = await openNamedDevice(quickest.name);
const uv = await run(device, start, 2500);
await device.destroy();
const shades = Uint8Array.from({ length: size * size }, (_, i) => Math.round(255 * Math.min(1, 2.5 * uv[2 * i + 1])));
await writeFile(result, await sharp(shades, { raw: { width: size, height: size, channels: 1 } }).resize(2 * size, undefined, { kernel: 'nearest' }).toColourspace('b-w').png().toBuffer());
console.log(result);
