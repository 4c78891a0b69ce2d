/**
 * Finds the edges of a picture by one convolution: Sobel's two filters over its grey, a channel of the result for each, and the length of the two.
 *
 *     node edges.js [PICTURE [RESULT.png]]
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { conv2dForward } from '@convkit/kernels-gpu';
import { toGrey } from '@convkit/data-aug';
import { openCpuDevice } from '@convkit/kernels-cpu';
import sharp from 'sharp';

const [picture = fileURLToPath(new URL('harbour.svg', import.meta.url)), result = 'edges.png'] = process.argv.slice(2);
const { data, info } = await sharp(picture).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
const { width, height } = info;
const grey = toGrey({ width, height, channels: info.channels, data: new Uint8Array(data) });

// Weights are [row, column, input, output]: at each tap, first the change from left to right, then that from top to bottom.
const taps = [[-1, -1], [0, -2], [1, -1], [-2, 0], [0, 0], [2, 0], [-1, 1], [0, 2], [1, 1]];

const device = await openCpuDevice();
const x = await device.upload([1, height, width, 1], Float32Array.from(grey.data), 'grey');
const weight = await device.upload([3, 3, 1, 2], Float32Array.from(taps.flat()), 'Sobel');
const bias = await device.upload([2], new Float32Array(2), 'bias');
const y = await device.run(conv2dForward, [x, weight, bias], { stride: [1, 1], padding: [0, 0, 0, 0], groups: 1 });
const [, rows, columns] = y.shape;
const { data: changes } = await device.download(y);
await device.destroy();

const lengths = Array.from({ length: rows * columns }, (_, i) => Math.hypot(changes[2 * i], changes[2 * i + 1]));
const longest = lengths.reduce((a, b) => Math.max(a, b));
const shades = Uint8Array.from(lengths, (length) => Math.round((255 * length) / longest));
await writeFile(result, await sharp(shades, { raw: { width: columns, height: rows, channels: 1 } }).png().toBuffer());
console.log(`${width} x ${height}: the steepest edge is ${longest.toFixed(1)}, ${((100 * lengths.filter((length) => length > longest / 4).length) / lengths.length).toFixed(1)} % of all places are above a quarter of it.`);
console.log(result);
