/// <reference types="vite/client" />
import { buildNetwork, recipeOptimiser, recipes, type LayerDesign, type NetworkDesign } from '@convkit/alexnet';
import { downloadParameters, releaseAll, softmaxCrossEntropy, uploadParameters } from '@convkit/layers';
import { readSafetensors, type SafetensorsContent } from '@convkit/model-io';
import { openHostDevice, RandomStream, sizeOf, Tensor, type Device, type Shape } from '@convkit/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDevices } from '../../../kernels-cpu/test/support/devices.js';
import { inBrowser } from '../../../kernels-gpu/test/support/devices.js';
import { expectClose } from '../../../kernels-gpu/test/support/expect-close.js';
import { NdArray } from '../../../kernels-gpu/test/support/nd-array.js';
import { goldenCases, type GoldenCase } from './cases.js';

/** Of each number, or of the root mean square of its tensor where that is larger. */
const TOLERANCE = 1e-4;

/** The other devices get a choice that has every kind of layer: compiling all networks for them would take minutes. */
const everyNetworkOn = ['host', 'cpu'];
const onEveryDevice = ['alexnet-2012', 'alexnet-2012-apart', 'cifar-18pct', 'cifar-11pct', 'torchvision'];
/** Browsers repeat what differs most: their software GPU is slow. */
const chosen = ({ name }: GoldenCase, device: string): boolean => (inBrowser ? ['alexnet-2012', 'cifar-11pct'] : everyNetworkOn.includes(device) ? [name] : onEveryDevice).includes(name);

const files = import.meta.glob<string>('./networks/*.safetensors', { query: '?url&inline', import: 'default' });

async function load({ name }: GoldenCase): Promise<SafetensorsContent> {
  const file = await fetch(await files[`./networks/${name}.safetensors`]());
  return readSafetensors(new Uint8Array(await file.arrayBuffer()), { file: `${name}.safetensors` });
}

function golden({ tensors }: SafetensorsContent, name: string): NdArray {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`the golden file has no ${name}`);
  return NdArray.of(tensor);
}

/** The numbers that tools/golden/networks.py draws, to the bit. */
function draw({ seed }: GoldenCase, name: string, shape: Shape, low: number, high: number): Tensor {
  return new Tensor(shape, new RandomStream(seed, `golden ${name}`).at().fillUniform(new Float32Array(sizeOf(shape)), low, high));
}

function imagesOf(one: GoldenCase): Tensor {
  return draw(one, 'x', one.input, -Math.sqrt(3), Math.sqrt(3));
}

/** Image i is of class i. */
function targetsOf({ input: [images], classes }: GoldenCase): Tensor {
  return new Tensor([images, classes], Float32Array.from({ length: images * classes }, (_, i) => (i % classes === Math.floor(i / classes) % classes ? 1 : 0)));
}

function parametersOf(one: GoldenCase): Map<string, Tensor> {
  const specs = buildNetwork(one.design, one).parameterSpecs(one.input);
  return new Map(
    specs.map(({ name, shape, fanIn }) => {
      const bound = Math.sqrt(6 / fanIn);
      return [name, name.endsWith('.bias') ? draw(one, name, shape, -0.2, 1) : draw(one, name, shape, -bound, bound)];
    }),
  );
}

async function logitsOf(device: Device, one: GoldenCase, design: NetworkDesign): Promise<Tensor> {
  const images = imagesOf(one);
  const parameters = await uploadParameters(device, parametersOf(one));
  using x = await device.upload(images.shape, images.data, 'x');
  using logits = await buildNetwork(design, one).predict(device, x, parameters);
  const downloaded = await device.download(logits);
  releaseAll(parameters.values());
  return downloaded;
}

it('are of all networks as they are now', async () => {
  expect(Object.keys(files).sort()).toEqual(goldenCases.map(({ name }) => `./networks/${name}.safetensors`).sort());
  // The script was told all of this. Where it differs, the files have to be made again.
  for (const one of goldenCases) expect(JSON.parse((await load(one)).metadata.get('case') ?? ''), one.name).toEqual(JSON.parse(JSON.stringify(one)));
});

describe.each(testDevices)('scaled copies on $name agree with PyTorch:', ({ name: deviceName, open, mode }) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.destroy());

  const cases = goldenCases.filter((one) => chosen(one, deviceName));

  // Compiles every kernel of the network on the device, which takes the software GPU a while.
  it.each(cases)('$name: logits, all gradients, and ten losses of training', { timeout: 120_000 }, async (one) => {
    const file = await load(one);
    expectClose(await logitsOf(device, one, one.design), golden(file, 'logits'), TOLERANCE);

    const network = buildNetwork(one.design, one);
    const optimiser = recipeOptimiser({ ...recipes[Object.keys(recipes)[0]], optimiser: one.optimiser });
    const parameters = await uploadParameters(device, parametersOf(one));
    const state = await optimiser.initialState(device, parameters);
    const images = imagesOf(one);
    const answers = targetsOf(one);
    using x = await device.upload(images.shape, images.data, 'x');
    using targets = await device.upload(answers.shape, answers.data, 'targets');
    const losses: number[] = [];
    for (const [step, rate] of one.rates.entries()) {
      const { y, tape } = await network.forward(device, x, parameters, { training: true, seed: one.seed, step });
      using logits = y;
      using loss = await softmaxCrossEntropy(device, logits, targets);
      const { gradients, dx } = await network.backward(tape, await loss.backward(), { wantDx: true });
      if (step === 0) {
        expectClose(await device.download(logits), golden(file, 'trainingLogits'), TOLERANCE);
        const downloaded = await downloadParameters(device, gradients);
        expect([...downloaded.keys()].sort()).toEqual([...file.tensors.keys()].flatMap((name) => (name.startsWith('gradient/') ? [name.slice(9)] : [])).sort());
        for (const [name, gradient] of downloaded) expectClose(gradient, golden(file, `gradient/${name}`), TOLERANCE);
        if (dx === undefined) throw new Error('there is no gradient by the images');
        expectClose(await device.download(dx), golden(file, 'dx'), TOLERANCE);
      }
      dx?.release();
      const { data } = await device.download(loss.losses);
      losses.push(data.reduce((sum, each) => sum + each, 0) / data.length);
      await optimiser.step(device, parameters, gradients, state, (name) => (name.endsWith('.bias') ? rate * one.biasRateFactor : rate));
    }
    expectClose(Tensor.from([losses.length], losses), golden(file, 'losses'), TOLERANCE);
    releaseAll([...parameters.values(), ...state.values()]);
  });

  it('in the mode it should run in, and leaves nothing behind', () => {
    const report = device.report();
    expect(report.mode).toBe(mode);
    expect(report.live().map(({ label }) => label)).toEqual([]);
  });
});

// What the files are worth: every wrong number in a normalisation is far outside the tolerance. The host device says so; once, in Node, is enough.
const normalised = (inBrowser ? [] : goldenCases).flatMap((one) => Object.entries(one.design.layers).flatMap(([name, layer]) => (layer.type === 'lrn' || layer.type === 'lrnWithinChannel' ? [{ one, name, layer }] : [])));

it.each(normalised)('a mistake in $name of $one.name shows', async ({ one, name, layer }) => {
  const expected = golden(await load(one), 'logits');
  const mistakes: LayerDesign[] = [
    { ...layer, size: layer.size - 2 },
    { ...layer, alpha: layer.alpha * 1.5 },
    { ...layer, divideAlphaBySize: !layer.divideAlphaBySize },
    { ...layer, beta: layer.beta * 1.5 },
    { ...layer, k: layer.k + 1 },
    ...(layer.type === 'lrn' && one.design.columns === 'together' ? [{ ...layer, groups: layer.groups === 2 ? 1 : 2 }] : []),
    { type: 'dropout', keep: 1, scaling: 'test' },
  ];
  for (const mistake of mistakes) {
    const logits = await logitsOf(openHostDevice(), one, { ...one.design, layers: { ...one.design.layers, [name]: mistake } });
    expect(() => {
      expectClose(logits, expected, 10 * TOLERANCE);
    }, JSON.stringify(mistake)).toThrow('largest relative error');
  }
});
