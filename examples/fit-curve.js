/**
 * Fits a polynomial to noisy points of a sine by gradient descent: `optim` on plain arrays, without a layer, a network or a GPU.
 *
 *     node fit-curve.js [RESULT.svg]
 */
import { writeFile } from 'node:fs/promises';
import { cosineRate, sgd } from '@convkit/optim';
import { openHostDevice, RandomStream } from '@convkit/tensor';

const [result = 'fit-curve.svg'] = process.argv.slice(2);
const steps = 400;
const points = 60;

// Points of sin(pi x) for x from -1 to 1, and Legendre's polynomials there: they disturb each other little, so that descent is quick.
const draws = new RandomStream(7, 'points').at();
const xs = Array.from({ length: points }, (_, i) => (2 * i) / (points - 1) - 1);
const ys = xs.map((x) => Math.sin(Math.PI * x) + 0.15 * draws.normal());
/** @param {number} x */
const basis = (x) => [1, x, (3 * x * x - 1) / 2, (5 * x ** 3 - 3 * x) / 2, (35 * x ** 4 - 30 * x * x + 3) / 8, (63 * x ** 5 - 70 * x ** 3 + 15 * x) / 8];
/** @param {number} x @param {ArrayLike<number>} c */
const valueAt = (x, c) => basis(x).reduce((sum, b, i) => sum + c[i] * b, 0);
/** @param {ArrayLike<number>} c */
const meanSquare = (c) => xs.reduce((sum, x, i) => sum + (valueAt(x, c) - ys[i]) ** 2, 0) / points;

const device = openHostDevice();
const optimiser = sgd({ momentum: 0.9, decay: 0 });
const rate = cosineRate({ rate: 0.2, until: steps, unit: 'step' });
const parameters = new Map([['c', await device.upload([6], new Float32Array(6), 'c')]]);
const state = await optimiser.initialState(device, parameters);
const coefficients = async () => (await device.download(/** @type {import('@convkit/tensor').DeviceTensor} */ (parameters.get('c')))).data;

for (let step = 0; step < steps; step++) {
  const c = await coefficients();
  // The mean of (p(x) - y)²/2 changes with c by the mean of (p(x) - y) times the basis.
  const gradient = new Float32Array(6);
  for (const [i, x] of xs.entries()) for (const [j, b] of basis(x).entries()) gradient[j] += ((valueAt(x, c) - ys[i]) * b) / points;
  await optimiser.step(device, parameters, new Map([['c', await device.upload([6], gradient, 'dc')]]), state, rate({ step, epoch: 0 }));
  if ((step + 1) % 100 === 0) console.log(`step ${step + 1}: mean square ${meanSquare(await coefficients()).toFixed(5)}`);
}
const c = await coefficients();
console.log(`c = ${Array.from(c, (value) => value.toFixed(4)).join(', ')}`);

/** @param {number} x @param {number} y */
const place = (x, y) => `${(160 + 150 * x).toFixed(1)} ${(100 - 65 * y).toFixed(1)}`;
const dots = xs.map((x, i) => `<path d="M${place(x, ys[i])}h0"/>`).join('');
const curve = Array.from({ length: 101 }, (_, i) => place(i / 50 - 1, valueAt(i / 50 - 1, c))).join(' L');
await writeFile(
  result,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200" fill="none" stroke-linecap="round"><rect width="320" height="200" fill="#fff"/><g stroke="#888" stroke-width="4">${dots}</g><path d="M${curve}" stroke="#c33" stroke-width="2"/></svg>\n`,
);
console.log(result);
