import { buildNetwork, joinColumns, splitIntoColumns, type LayerDesign, type NetworkDesign } from '@convkit/alexnet';
import { downloadParameters, releaseAll, softmaxCrossEntropy, uploadParameters } from '@convkit/layers';
import { OptionError, RandomStream, openHostDevice, sizeOf, type Shape, type Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';

const relu = { type: 'relu' } as const;
const pool = { type: 'maxPool', window: 3, stride: 2, rounding: 'ceil' } as const;
const he = { initialWeight: 'he-normal', initialBias: 0.1 } as const;
// A strong alpha, so that a window over the border shows.
const norm = { type: 'lrn', size: 5, alpha: 2, divideAlphaBySize: true, beta: 0.75, k: 2, groups: 2 } as const;

/** The skeleton of 2012 in small. The swapped dense layer reads a dense layer, as there. */
const together: NetworkDesign = {
  name: 'tiny',
  columns: 'together',
  order: ['conv1', 'norm1', 'pool1', 'relu1', 'conv2', 'relu2', 'norm2', 'pool2', 'conv3', 'relu3', 'conv4', 'relu4', 'fc6', 'relu6', 'fc7', 'relu7', 'fc8'],
  layers: {
    conv1: { type: 'conv2d', outputs: 12, kernelSize: 5, stride: 2, rounding: 'ceil', ...he },
    norm1: norm,
    pool1: pool,
    relu1: relu,
    conv2: { type: 'conv2d', outputs: 12, kernelSize: 3, padding: 1, groups: 2, ...he },
    relu2: relu,
    norm2: norm,
    pool2: pool,
    conv3: { type: 'conv2d', outputs: 8, kernelSize: 3, padding: 1, ...he },
    relu3: relu,
    conv4: { type: 'conv2d', outputs: 8, kernelSize: 3, padding: 1, groups: 2, ...he },
    relu4: relu,
    fc6: { type: 'dense', outputs: 10, ...he },
    relu6: relu,
    fc7: { type: 'dense', outputs: 10, swapped: true, ...he },
    relu7: relu,
    fc8: { type: 'dense', outputs: 'classes', ...he },
  },
};
const apart: NetworkDesign = { ...together, columns: 'apart' };
const input: Shape = [2, 22, 22, 3];
const classes = 5;
const pixels = new RandomStream(3, 'pixels').at().fillNormal(new Float32Array(sizeOf(input)), 0, 1);
const answers = Float32Array.of(0, 1, 0, 0, 0, 0, 0, 0, 1, 0);

/** Logits, and gradients by name, of a network on the test's images. */
async function pass(design: NetworkDesign, values: ReadonlyMap<string, Tensor>) {
  const device = openHostDevice();
  const network = buildNetwork(design, { classes });
  const parameters = await uploadParameters(device, values);
  using x = await device.upload(input, pixels, 'x');
  using targets = await device.upload([2, classes], answers, 'targets');
  const { y, tape } = await network.forward(device, x, parameters);
  const logits = await device.download(y);
  const loss = await softmaxCrossEntropy(device, y, targets);
  const { gradients } = await network.backward(tape, await loss.backward());
  const downloaded = await downloadParameters(device, gradients);
  loss.release();
  releaseAll([y, ...gradients.values(), ...parameters.values()]);
  x.release();
  targets.release();
  expect(device.report().live()).toEqual([]);
  return { logits, gradients: downloaded };
}

/** Largest difference, as a part of the largest value. */
function difference(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  const most = (values: Float32Array) => values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return most(a.data.map((value, i) => value - b.data[i])) / most(a.data);
}

const values = buildNetwork(together, { classes }).initialise(input, 7);
// Sums of some hundred terms in single precision, in another order.
const ROUNDING = 2e-6;

describe('columns apart', () => {
  it('have the names, halves and stages of the two GPUs', () => {
    const specs = buildNetwork(apart, { classes }).parameterSpecs(input);
    expect(Object.fromEntries(specs.filter(({ name }) => name.endsWith('weight')).map(({ name, shape }) => [name, shape]))).toEqual({
      'columns1.conv1a.weight': [5, 5, 3, 6],
      'columns1.conv1b.weight': [5, 5, 3, 6],
      'columns1.conv2a.weight': [3, 3, 6, 6],
      'columns1.conv2b.weight': [3, 3, 6, 6],
      'columns2.conv3a.weight': [3, 3, 12, 4],
      'columns2.conv3b.weight': [3, 3, 12, 4],
      'columns2.conv4a.weight': [3, 3, 4, 4],
      'columns2.conv4b.weight': [3, 3, 4, 4],
      'columns3.fc6a.weight': [32, 5],
      'columns3.fc6b.weight': [32, 5],
      'columns4.fc7a.weight': [10, 5],
      'columns4.fc7b.weight': [10, 5],
      'fc8.weight': [10, 5],
    });
  });

  it('give the logits and gradients of the grouped form with the same weights', async () => {
    const one = await pass(together, values);
    const two = await pass(apart, splitIntoColumns(together, values));
    expect(difference(one.logits, two.logits)).toBeLessThan(ROUNDING);
    const joined = joinColumns(together, two.gradients);
    expect([...joined.keys()].sort()).toEqual([...one.gradients.keys()].sort());
    for (const [name, gradient] of one.gradients) expect(difference(gradient, joined.get(name) as Tensor), name).toBeLessThan(20 * ROUNDING);
  });

  it('differ from a normalisation across the border at the two channels on either side of it, and nowhere else', async () => {
    const upTo = (design: NetworkDesign, layer: LayerDesign): NetworkDesign => ({ ...design, order: ['conv1', 'norm1'], layers: { ...design.layers, norm1: layer } });
    const { groups: _, ...across } = norm;
    const outputs: Float32Array[] = [];
    const device = openHostDevice();
    using x = await device.upload(input, pixels, 'x');
    const conv = new Map([...values].filter(([name]) => name.startsWith('conv1')));
    for (const [design, own] of [[upTo(together, across), conv], [upTo(apart, across), splitIntoColumns(upTo(together, across), conv)]] as const) {
      const parameters = await uploadParameters(device, own);
      using y = await buildNetwork(design, { classes }).predict(device, x, parameters);
      outputs.push((await device.download(y)).data);
      releaseAll(parameters.values());
    }
    const channels = 12;
    const largest = Array.from({ length: channels }, (_, c) => outputs[0].reduce((most, value, i) => (i % channels === c ? Math.max(most, Math.abs(value - outputs[1][i]) / Math.max(1, Math.abs(value))) : most), 0));
    for (const [c, most] of largest.entries()) {
      if (c >= 4 && c < 8) expect(most, `channel ${c}`).toBeGreaterThan(0.01);
      else expect(most, `channel ${c}`).toBeLessThan(ROUNDING);
    }
  });

  it('and back again are the same parameters to the bit', () => {
    expect(joinColumns(together, splitIntoColumns(together, values))).toEqual(values);
  });

  it('cannot be made of odd numbers, or of parameters that are not all there', () => {
    const odd = { ...apart, layers: { ...apart.layers, conv4: { type: 'conv2d', outputs: 7, kernelSize: 3, ...he } as const } };
    expect(() => buildNetwork(odd, { classes })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: conv4: 7 outputs cannot be halved.
        help: choose an even number, or let the columns together.
        code: OPTION_INVALID]
    `);
    expect(() => splitIntoColumns(together, new Map())).toThrow(OptionError);
  });
});
