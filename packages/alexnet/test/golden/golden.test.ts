/// <reference types="vite/client" />
import { alexnet, type AlexnetDesign } from '@convkit/alexnet';
import { downloadParameters, releaseAll, softmaxCrossEntropy, uploadParameters } from '@convkit/layers';
import { readSafetensors } from '@convkit/model-io';
import { sgd } from '@convkit/optim';
import { Tensor, type Device } from '@convkit/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDevices } from '../../../kernels-cpu/test/support/devices.js';
import { expectClose } from '../../../kernels-gpu/test/support/expect-close.js';
import { NdArray } from '../../../kernels-gpu/test/support/nd-array.js';
import goldenUrl from './tiny-alexnet.safetensors?url&inline';

/** Of each number, or of the root mean square of its tensor where that is larger. */
const TOLERANCE = 1e-4;

/** As in tools/golden/alexnet.py. The strong alpha makes a mistake in the normalisation show. */
const seed = 2012;
const rates = [0.05, 0.05, 0.05, 0.05, 0.05, 0.01, 0.01, 0.01, 0.01, 0.01];
const design: AlexnetDesign = {
  convolutions: [
    { outputs: 6, kernelSize: 5, stride: 2, rounding: 'ceil' },
    { outputs: 8, kernelSize: 5, padding: 2, groups: 2 },
    { outputs: 12, kernelSize: 3, padding: 1 },
    { outputs: 8, kernelSize: 3, padding: 1, groups: 2 },
    { outputs: 8, kernelSize: 3, padding: 1, groups: 2 },
  ],
  hidden: [{ outputs: 16 }, { outputs: 12 }],
  head: {},
  normalisation: { size: 5, alpha: 0.2, divideAlphaBySize: true, beta: 0.75, k: 2, groups: 2 },
  firstBlock: 'norm-pool-relu',
  keep: 0.5,
};
const network = alexnet(design, { classes: 5 });

const { tensors } = readSafetensors(new Uint8Array(await (await fetch(goldenUrl)).arrayBuffer()), { file: 'tiny-alexnet.safetensors' });

function golden(name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`tiny-alexnet.safetensors has no ${name}`);
  return tensor;
}

/** The tensors whose names begin with a prefix, by the rest of the name. */
function goldenGroup(prefix: string): Map<string, Tensor> {
  return new Map([...tensors].flatMap(([name, tensor]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [])));
}

function expectGolden(actual: Tensor, expected: Tensor): void {
  expectClose(actual, NdArray.of(expected), TOLERANCE);
}

function expectGoldenGroup(actual: ReadonlyMap<string, Tensor>, prefix: string): void {
  const expected = goldenGroup(prefix);
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, tensor] of actual) expectGolden(tensor, expected.get(name) as Tensor);
}

it('has the parameters of the golden network', () => {
  const shapes = network.parameterSpecs(golden('x').shape).map(({ name, shape }) => [name, shape] as const);
  expect(new Map(shapes)).toEqual(new Map([...goldenGroup('parameter/')].map(([name, { shape }]) => [name, shape])));
});

describe.each(testDevices)('a tiny AlexNet on $name agrees with PyTorch:', ({ open, mode }) => {
  let device: Device;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.destroy());

  it.each([
    ['normalised before the first ReLU', design, 'logits'],
    ['normalised after the first ReLU', { ...design, firstBlock: 'relu-norm-pool' } as const, 'logitsRectifiedFirst'],
  ])('logits, %s', async (_, choice, name) => {
    const parameters = await uploadParameters(device, goldenGroup('parameter/'));
    using x = await device.upload(golden('x').shape, golden('x').data, 'x');
    using logits = await alexnet(choice, { classes: 5 }).predict(device, x, parameters);
    expectGolden(await device.download(logits), golden(name));
    releaseAll(parameters.values());
  });

  // Compiles every kernel of the network on the device, which takes the software GPU a while.
  it('all gradients, and ten losses of training with dropout', { timeout: 120_000 }, async () => {
    const parameters = await uploadParameters(device, goldenGroup('parameter/'));
    const optimiser = sgd({ momentum: 0.9, decay: 0.0005, factors: [{ match: /\.bias$/, rateFactor: 2, decayFactor: 0 }] });
    const state = await optimiser.initialState(device, parameters);
    using x = await device.upload(golden('x').shape, golden('x').data, 'x');
    using targets = await device.upload(golden('targets').shape, golden('targets').data, 'targets');
    const losses: number[] = [];
    for (const [step, rate] of rates.entries()) {
      const { y, tape } = await network.forward(device, x, parameters, { training: true, seed, step });
      using logits = y;
      using loss = await softmaxCrossEntropy(device, logits, targets);
      const { gradients, dx } = await network.backward(tape, await loss.backward(), { wantDx: true });
      if (step === 0) {
        expectGolden(await device.download(logits), golden('trainingLogits'));
        expectGoldenGroup(await downloadParameters(device, gradients), 'gradient/');
        if (dx === undefined) throw new Error('there is no gradient by the images');
        expectGolden(await device.download(dx), golden('dx'));
      }
      dx?.release();
      const { data } = await device.download(loss.losses);
      losses.push(data.reduce((sum, one) => sum + one, 0) / data.length);
      await optimiser.step(device, parameters, gradients, state, rate);
    }
    expectGolden(Tensor.from([rates.length], losses), golden('losses'));
    expectGoldenGroup(await downloadParameters(device, parameters), 'trained/');
    releaseAll([...parameters.values(), ...state.values()]);
  });

  it('in the mode it should run in, and leaves nothing behind', () => {
    const report = device.report();
    expect(report.mode).toBe(mode);
    expect(report.live().map(({ label }) => label)).toEqual([]);
  });
});
