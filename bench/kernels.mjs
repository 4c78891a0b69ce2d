/**
 * Times every kernel of a training step on the device `cpu`, in the shapes the network gives it, against the peak of the innermost loop in the same run.
 * Each result is first held to the kernel's plain body, at places drawn at random.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { buildNetwork, findNetwork, inputShape, networks, recipeOptimiser, recipeSchedule } from '@convkit/alexnet';
import { measurePeak, openCpuDevice } from '@convkit/kernels-cpu';
import { denseForward } from '@convkit/kernels-gpu';
import { releaseAll, softmaxCrossEntropy, uploadParameters } from '@convkit/layers';
import { RandomStream, sizeOf } from '@convkit/tensor';

/** @typedef {import('@convkit/tensor').Device} Device */
/** @typedef {import('@convkit/tensor').KernelSpec} KernelSpec */
/** @typedef {{ kernel: KernelSpec, shapes: readonly (readonly number[])[], attributes: import('@convkit/tensor').Attributes, times: number }} Launch */

const HELP = `npm run bench -- [options]

  --model NAME     whose kernels are timed: ${Object.keys(networks).join(', ')} (default: alexnet-2012)
  --batch N        images in a step (default: 32)
  --threads T      threads (default: all cores)
  --only TEXT      only kernels whose name holds this text
  --seconds S      time for each kernel (default: 1)
  --json           one JSON line for each kernel instead of a table, between one that tells machine and date and one with the peak
  --scaling        only the product of 1024 x 1024 matrices, on one thread and on all in turn
  --relaxed-simd   with fused multiply-add, where the runtime has it

Examples:
  npm run bench                                 every kernel of AlexNet, about two minutes
  npm run bench -- --batch 1 --only conv2d      convolutions of one image
  npm run bench -- --scaling                    what a second core is worth
`;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'alexnet-2012' },
    batch: { type: 'string', default: '32' },
    threads: { type: 'string' },
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    scaling: { type: 'boolean', default: false },
    'relaxed-simd': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** Places of a result that are held to the body. */
const SAMPLES = 64;

/** Rows and columns of the product by which libraries are compared, and how often it is timed. */
const SIDE = 1024;
const ROUNDS = 15;

if (values.help) console.log(HELP);
else if (values.scaling) await scaling();
else await bench();

/** The square product on one thread and on all of them, in turn, since cores of a shared machine are now faster and now slower. */
async function scaling() {
  /** @type {{ peak: number, product: number }[][]} */
  const rounds = [];
  const devices = [await openCpuDevice({ threads: 1 }), await openCpuDevice(values.threads === undefined ? {} : { threads: wholeNumber('threads', values.threads) })];
  for (let round = 0; round < ROUNDS; round++) {
    const results = [];
    for (const device of devices) results.push(await productOf(device));
    rounds.push(results);
  }
  for (const device of devices) await device.destroy();
  const [one, all] = devices.map((_, i) => ({
    product: median(rounds.map((round) => round[i].product)),
    ofPeak: median(rounds.map((round) => round[i].product / round[i].peak)),
  }));
  const ratios = rounds.map(([first, last]) => last.product / first.product);
  const summary = { one, all, threads: devices[1].report().details.threads, ratio: median(ratios), ratios };
  if (values.json) console.log(JSON.stringify(summary));
  else {
    console.log(`${SIDE} x ${SIDE} matrices, medians of ${ROUNDS} rounds`);
    console.log(`  1 thread    ${one.product.toFixed(1)} GFLOP/s, ${(100 * one.ofPeak).toFixed(0)} % of the peak of the innermost loop`);
    console.log(`  ${String(summary.threads)} threads   ${all.product.toFixed(1)} GFLOP/s, ${(100 * all.ofPeak).toFixed(0)} %`);
    console.log(`  ${summary.ratio.toFixed(2)} times one thread (${ratios.map((ratio) => ratio.toFixed(2)).join(' ')})`);
  }
}

/** Peak and product in GFLOP/s, the product's the best of some short runs as the peak's is. @param {Device} device */
async function productOf(device) {
  const peak = await measurePeak(device);
  const draws = new RandomStream(1, 'product').at();
  const [a, b] = await Promise.all(['a', 'b'].map((name) => device.upload([SIDE, SIDE], draws.fillUniform(new Float32Array(SIDE * SIDE), -1, 1), name)));
  const bias = await device.upload([SIDE], new Float32Array(SIDE), 'bias');
  let best = Infinity;
  for (let i = 0; i < 8; i++) {
    const start = performance.now();
    const y = await device.run(denseForward, [a, b, bias], {});
    await device.download(bias);
    best = Math.min(best, performance.now() - start);
    y.release();
  }
  for (const tensor of [a, b, bias]) tensor.release();
  return { peak, product: (2 * SIDE ** 3) / best / 1e6 };
}

/** @param {readonly number[]} numbers */
function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
}

async function bench() {
  const relaxedSimd = values['relaxed-simd'];
  const device = await openCpuDevice({ relaxedSimd, ...(values.threads === undefined ? {} : { threads: wholeNumber('threads', values.threads) }) });
  const { threads } = /** @type {{ threads: number }} */ (device.report().details);
  const fence = await device.upload([1], new Float32Array(1), 'fence');
  const peak = await measurePeak(device);
  if (values.json) console.log(JSON.stringify({ type: 'bench', date: new Date().toISOString(), model: values.model, batch: Number(values.batch), threads, processor: cpus()[0].model, node: process.version }));
  else {
    console.log(`${values.model}, batch ${values.batch}, ${threads} threads, peak of the innermost loop ${peak.toFixed(1)} GFLOP/s\n`);
    console.log(line(['kernel', 'inputs', 'times', 'ms', 'GFLOP/s', '% of peak', 'GB/s']));
  }
  await product(device, fence, peak, SIDE);
  for (const launch of await launchesOf(device, values.model, wholeNumber('batch', values.batch))) {
    if (launch.kernel.name.includes(values.only)) await measure(device, fence, peak, launch);
  }
  const again = await measurePeak(device);
  if (values.json) console.log(JSON.stringify({ type: 'peak', before: peak, after: again, threads }));
  else console.log(`\npeak at the end ${again.toFixed(1)} GFLOP/s; inputs and results of a kernel count once for GB/s`);
  await device.destroy();
}

/** The square product by which libraries are compared. @param {Device} device @param {import('@convkit/tensor').DeviceTensor} fence @param {number} peak @param {number} n */
async function product(device, fence, peak, n) {
  if (!denseForward.name.includes(values.only)) return;
  const launch = { kernel: /** @type {KernelSpec} */ (/** @type {unknown} */ (denseForward)), shapes: [[n, n], [n, n], [n]], attributes: {}, times: 1 };
  await measure(device, fence, peak, launch);
}

/** Every different launch of one training step, in the order in which they come. @param {Device} device @param {string} model @param {number} batch @returns {Promise<Launch[]>} */
async function launchesOf(device, model, batch) {
  const description = findNetwork(model);
  const { design, recipe, defaults } = description;
  const network = buildNetwork(design, defaults);
  /** @type {Map<string, Launch>} */
  const launches = new Map();
  const watching = new Proxy(device, {
    get(target, property) {
      if (property !== 'run') {
        const value = /** @type {unknown} */ (Reflect.get(target, property, target));
        return typeof value === 'function' ? /** @type {unknown} */ (value.bind(target)) : value;
      }
      /** @type {Device['run']} */
      return (kernel, inputs, attributes, options) => {
        const shapes = inputs.map(({ shape }) => shape);
        const key = JSON.stringify([kernel.name, shapes, attributes]);
        const known = launches.get(key);
        if (known) known.times++;
        else launches.set(key, { kernel: /** @type {KernelSpec} */ (/** @type {unknown} */ (kernel)), shapes, attributes, times: 1 });
        return target.run(kernel, inputs, attributes, options);
      };
    },
  });
  const input = [batch, ...inputShape(recipe, defaults)];
  const parameters = await uploadParameters(device, network.initialise(input, 1));
  const optimiser = recipeOptimiser(recipe);
  const state = await optimiser.initialState(device, parameters);
  const x = await device.upload(input, new Float32Array(sizeOf(input)), 'x');
  const targets = await device.upload([batch, defaults.classes], new Float32Array(batch * defaults.classes), 'targets');
  const { y, tape } = await network.forward(watching, x, parameters, { training: true, seed: 1, step: 0 });
  const loss = await softmaxCrossEntropy(watching, y, targets);
  const { gradients } = await network.backward(tape, await loss.backward());
  const rates = recipeSchedule(recipe)({ step: 0, epoch: 0 });
  await optimiser.step(watching, parameters, gradients, state, (name) => rates.of(name));
  loss.release();
  for (const tensor of [x, targets, y]) tensor.release();
  for (const map of [parameters, state]) releaseAll(map.values());
  return [...launches.values()];
}

/** @param {Device} device @param {import('@convkit/tensor').DeviceTensor} fence @param {number} peak @param {Launch} launch */
async function measure(device, fence, peak, { kernel, shapes, attributes, times }) {
  const draws = new RandomStream(1, kernel.name).at(...shapes[0].slice(0, 3));
  const data = shapes.map((shape) => draws.fillUniform(new Float32Array(sizeOf(shape)), 0.25, 1));
  /** @type {import('@convkit/tensor').DeviceTensor[]} */
  const inputs = [];
  for (const [i, shape] of shapes.entries()) inputs.push(await device.upload(shape, data[i], kernel.inputs[i]));
  const plan = kernel.plan(shapes, attributes);
  const run = () => device.run(kernel, inputs, attributes);

  const first = await run();
  hold(kernel, plan, data, attributes, (await device.download(first)).data, draws);
  first.release();

  /** @type {number[]} */
  const samples = [];
  const end = performance.now() + Number(values.seconds) * 1000;
  while (samples.length < 3 || performance.now() < end) {
    const start = performance.now();
    const y = await run();
    await device.download(fence);
    samples.push(performance.now() - start);
    y.release();
  }
  for (const tensor of inputs) tensor.release();
  const ms = median(samples);
  const flop = 2 * multiplyAdds(kernel, plan);
  const bytes = 4 * (data.reduce((sum, { length }) => sum + length, 0) + sizeOf(plan.output));
  const gflops = flop === 0 ? null : flop / ms / 1e6;
  const gigabytesPerSecond = bytes / ms / 1e6;
  if (values.json) {
    console.log(JSON.stringify({ kernel: kernel.name, shapes, times, ms, gflops, ofPeak: gflops === null ? null : gflops / peak, gigabytesPerSecond }));
  } else {
    const rate = gflops === null ? ['', ''] : [gflops.toFixed(1), ((100 * gflops) / peak).toFixed(0)];
    console.log(line([kernel.name, shapes.map((shape) => shape.join('x')).join(' '), String(times), ms.toFixed(3), ...rate, gigabytesPerSecond.toFixed(1)]));
  }
}

/**
 * Holds some places of a result to the kernel's body, in double precision.
 *
 * @param {KernelSpec} kernel
 * @param {import('@convkit/tensor').LaunchPlan} plan
 * @param {readonly Float32Array[]} data
 * @param {import('@convkit/tensor').Attributes} attributes
 * @param {Float32Array} got
 * @param {import('@convkit/tensor').RandomDraws} draws
 */
function hold(kernel, plan, data, attributes, got, draws) {
  const [height, width] = [1, ...plan.grid].slice(-2);
  const scalars = kernel.scalars.map((name) => /** @type {number} */ (attributes[name]));
  const args = [...data.map((numbers, i) => viewOf(numbers, plan.views[i])), ...scalars.map(Math.fround)];
  const body = /** @type {(this: object, ...args: unknown[]) => number} */ (/** @type {unknown} */ (kernel.body));
  for (let sample = 0; sample < SAMPLES; sample++) {
    const at = draws.integer(sizeOf(plan.grid));
    const thread = { x: at % width, y: Math.floor(at / width) % height, z: Math.floor(at / width / height) };
    const want = body.apply({ thread, constants: plan.constants }, args);
    const error = Math.abs(got[at] - want) / Math.max(Math.abs(want), 1e-3);
    if (!(error < 1e-4)) throw new Error(`${kernel.name}: number ${at} is ${got[at]}, but the body says ${want}.`);
  }
}

/** @param {Float32Array} data @param {readonly number[]} view @returns {unknown} */
function viewOf(data, view) {
  if (view.length === 1) return data;
  const stride = sizeOf(view.slice(1));
  return Array.from({ length: view[0] }, (_, i) => viewOf(data.subarray(i * stride, (i + 1) * stride), view.slice(1)));
}

/** Multiply-adds of the kernels that are products of matrices; 0 for all others. @param {KernelSpec} kernel @param {import('@convkit/tensor').LaunchPlan} plan */
function multiplyAdds({ name }, { output, constants, views }) {
  const { N, P, Q, K, G, R, S, C } = constants;
  if (name.startsWith('conv2d')) return N * P * Q * K * G * R * S * C;
  if (name.startsWith('locally_connected')) return N * P * Q * K * R * S * C;
  if (name === 'dense_forward') return sizeOf(output) * constants.I;
  if (name === 'dense_backward_input') return sizeOf(output) * constants.O;
  if (name === 'dense_backward_weights') return sizeOf(output) * views[0][0];
  return 0;
}

/** @param {readonly string[]} cells */
function line(cells) {
  const widths = [24, 62, 6, 10, 9, 10, 7];
  return cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' ');
}

/** @param {string} name @param {string} text */
function wholeNumber(name, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    console.error(`--${name} is ${text}, but must be a whole number of at least 1.`);
    process.exit(2);
  }
  return value;
}
