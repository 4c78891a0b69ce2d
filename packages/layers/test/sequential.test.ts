import { RandomStream, Tensor, openHostDevice, recordDevice, sizeOf, type Device, type DeviceTensor, type Shape } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { testDevices } from '../../kernels-cpu/test/support/devices.js';
import { Sequential, conv2d, dense, downloadParameters, dropout, gaussian, lrn, maxPool, relu, releaseAll, softmaxCrossEntropy, summarise, uploadParameters, type ForwardMode, type Layer } from '@convkit/layers';
import { asContract, openDoubleDevice } from './support/double-device.js';
import { numericGradientOf } from './support/numeric-gradient-of.js';
import { watch } from './support/watch.js';

/** Every kind of layer, in the order of AlexNet. */
const net = new Sequential([
  conv2d('conv1', { outputs: 4, kernelSize: 3, stride: 2, rounding: 'ceil' }),
  relu('relu1'),
  lrn('norm1', { size: 3, alpha: 0.1, divideAlphaBySize: true, beta: 0.75, k: 2 }),
  maxPool('pool1', { window: 3, stride: 2 }),
  conv2d('conv2', { outputs: 6, kernelSize: 3, padding: 1, groups: 2 }),
  relu('relu2'),
  dense('fc1', { outputs: 5 }),
  relu('relu3'),
  dropout('drop1', { keep: 0.5, scaling: 'test' }),
  dense('fc2', { outputs: 3 }),
]);
const xShape: Shape = [2, 10, 10, 3];
const training: ForwardMode = { training: true, seed: 7, step: 4 };

async function input(device: Device): Promise<DeviceTensor> {
  return device.upload(xShape, new RandomStream(1, 'x').at().fillNormal(new Float32Array(sizeOf(xShape))), 'x');
}

async function targets(device: Device): Promise<DeviceTensor> {
  return device.upload([2, 3], new Float32Array([0, 1, 0, 0, 0, 1]), 'targets');
}

describe('shapes and parameters', () => {
  it('go from layer to layer', () => {
    expect(net.shapes(xShape)).toEqual([
      xShape, [2, 5, 5, 4], [2, 5, 5, 4], [2, 5, 5, 4], [2, 2, 2, 4], [2, 2, 2, 6], [2, 2, 2, 6], [2, 5], [2, 5], [2, 5], [2, 3],
    ]);
    expect(net.outputShape(xShape)).toEqual([2, 3]);
    expect(net.parameterSpecs(xShape).map(({ name, shape, fanIn }) => [name, shape, fanIn])).toEqual([
      ['conv1.weight', [3, 3, 3, 4], 27],
      ['conv1.bias', [4], 27],
      ['conv2.weight', [3, 3, 2, 6], 18],
      ['conv2.bias', [6], 18],
      ['fc1.weight', [24, 5], 24],
      ['fc1.bias', [5], 24],
      ['fc2.weight', [5, 3], 5],
      ['fc2.bias', [3], 5],
    ]);
  });

  it('begin with numbers that depend on the seed and the name alone', () => {
    const short = new Sequential([dense('fc1', { outputs: 5 })]).initialise([1, 4], 7);
    const long = new Sequential([dense('fc0', { outputs: 4 }), dense('fc1', { outputs: 5 })]).initialise([1, 4], 7);
    const other = new Sequential([dense('fc1', { outputs: 5 })]).initialise([1, 4], 8);
    expect(long.get('fc1.weight')).toEqual(short.get('fc1.weight'));
    expect(long.get('fc0.weight')?.data.slice(0, 4)).not.toEqual(long.get('fc1.weight')?.data.slice(0, 4));
    expect(other.get('fc1.weight')).not.toEqual(short.get('fc1.weight'));
    expect(short.get('fc1.bias')).toEqual(Tensor.zeros([5]));
  });

  it('name the layer that does not fit', () => {
    expect(() => net.outputShape([2, 3, 3, 3])).toThrow('pool1 (maxPool): a window of 3 x 3 does not fit into an image of 1 x 1.');
  });

  it('refuse an empty stack and a name used twice', () => {
    expect(() => new Sequential([])).toThrow('Sequential: there must be at least one layer.\n  code: OPTION_INVALID');
    expect(() => new Sequential([relu('a'), relu('b'), relu('a')])).toThrow('Sequential: two layers are called "a".\n  code: OPTION_INVALID');
    expect(() => new Sequential([(relu as () => Layer)()])).toThrow("Sequential: a layer of the kind relu has no name.\n  help: give it one, such as relu('relu1').\n  code: OPTION_INVALID");
  });
});

describe('a training pass', () => {
  it('keeps exactly what backward will read', async () => {
    const device = openHostDevice();
    const parameters = await uploadParameters(device, net.initialise(xShape, 7));
    const x = await input(device);
    const before = new Set(device.report().live().map(({ label }) => label));
    const bytes = device.report().bytes;
    const { y, tape } = await net.forward(device, x, parameters, training);
    expect(device.report().live().map(({ label }) => label).filter((label) => !before.has(label))).toEqual([
      'relu1.relu_forward', // read by relu1 and norm1
      'norm1.lrn_scale',
      'norm1.lrn_forward', // read by pool1
      'pool1.max_pool_forward', // read by conv2
      'relu2.relu_forward', // read by relu2 and fc1
      'relu3.relu_forward',
      'drop1.mask',
      'drop1.dropout', // read by fc2
      'fc2.dense_forward', // the result
    ]);
    // The summary counts the batch, which is the caller's, and no result that nobody reads.
    expect(device.report().bytes - bytes).toBe(summarise(net, xShape).bytesKept - 4 * x.shape.reduce((a, b) => a * b) + 4 * 6);
    tape.release();
    tape.release();
    y.release();
    expect(device.report().tensors).toBe(before.size);
  });

  it('holds few tensors at once, and leaves only gradients', async () => {
    const device = watch(openHostDevice());
    const parameters = await uploadParameters(device, net.initialise(xShape, 7));
    const x = await input(device);
    const lent = device.report().tensors;
    expect(lent).toBe(8 + 1);
    const { y, tape } = await net.forward(device, x, parameters, training);
    // All that is kept: the nine of the test above.
    expect(device.peakTensors() - lent).toBe(9);
    const dy = await device.upload(y.shape, new Float32Array(6).fill(1), 'dy');
    const { gradients, dx } = await net.backward(tape, dy);
    // On the way down: the nine, their gradient, and weights turned round and two gradients of fc2; everything after that is released sooner than it is made.
    expect(device.peakTensors() - lent).toBe(13);
    expect(dx).toBeUndefined();
    expect(dy.released).toBe(true);
    expect(device.report().tensors).toBe(lent + 1 + gradients.size);
    expect([...gradients.keys()].sort()).toEqual([...parameters.keys()].sort());
    for (const [name, gradient] of gradients) expect(gradient.shape).toEqual(parameters.get(name)?.shape);
    releaseAll([x, y, ...gradients.values(), ...parameters.values()]);
    expect(device.report().live()).toEqual([]);
  });

  it('reads nothing back, and takes memory over where nobody reads it', async () => {
    const device = recordDevice(openHostDevice());
    const parameters = await uploadParameters(device, net.initialise(xShape, 7));
    const x = await input(device);
    const answers = await targets(device);
    device.clear();
    const { y, tape } = await net.forward(device, x, parameters, training);
    using loss = await softmaxCrossEntropy(device, y, answers);
    const { gradients } = await net.backward(tape, await loss.backward());
    releaseAll(gradients.values());
    expect(device.calls.filter(({ verb }) => verb === 'download')).toEqual([]);
    expect(device.calls.filter(({ verb }) => verb === 'upload').map(({ name }) => name)).toEqual(['drop1.mask']);
    expect(device.calls.filter(({ donated = [] }) => donated.length > 0).map(({ name, donated }) => `${name}: ${donated?.join(', ')}`)).toMatchInlineSnapshot(`
      [
        "relu_forward: conv1.conv2d_forward",
        "relu_forward: conv2.conv2d_forward",
        "relu_forward: fc1.dense_forward",
        "dense_backward_input: loss.dlogits, fc2.transpose",
        "dropout: fc2.dense_backward_input, drop1.mask",
        "relu_backward: drop1.dropout",
        "dense_backward_input: relu3.relu_backward, fc1.transpose",
        "relu_backward: fc1.dense_backward_input",
        "conv2d_backward_input: relu2.relu_backward, conv2.transpose",
        "max_pool_backward: conv2.conv2d_backward_input",
        "lrn_backward: pool1.max_pool_backward, norm1.lrn_scale",
        "relu_backward: norm1.lrn_backward",
      ]
    `);
  });

  it('lets go of an activation as soon as its last reader has run', async () => {
    const device = watch(openHostDevice());
    const parameters = await uploadParameters(device, net.initialise(xShape, 7));
    const x = await input(device);
    const { y, tape } = await net.forward(device, x, parameters, training);
    await net.backward(tape, await device.upload(y.shape, new Float32Array(6), 'dy'));
    const activations = (kernel: string) => device.liveAt(kernel).filter((label) => /(forward|scale|dropout|mask)$/.test(label));
    const below = ['relu1.relu_forward', 'norm1.lrn_scale'];
    expect(activations('max_pool_backward')).toEqual([...below, 'norm1.lrn_forward', 'fc2.dense_forward']);
    expect(activations('lrn_backward')).toEqual([...below, 'fc2.dense_forward']);
  });

  it('gives the gradient by the input only when asked to', async () => {
    const device = recordDevice(openHostDevice());
    const parameters = await uploadParameters(device, net.initialise(xShape, 7));
    const x = await input(device);
    for (const wantDx of [true, false]) {
      const { y, tape } = await net.forward(device, x, parameters, training);
      device.clear();
      const { gradients, dx } = await net.backward(tape, await device.upload(y.shape, new Float32Array(6).fill(1), 'dy'), { wantDx });
      expect(dx?.shape).toEqual(wantDx ? xShape : undefined);
      expect(device.calls.filter(({ name }) => name === 'conv2d_backward_input')).toHaveLength(wantDx ? 2 : 1);
      releaseAll([y, ...gradients.values(), ...(dx === undefined ? [] : [dx])]);
    }
    expect(device.report().tensors).toBe(parameters.size + 1);
  });

  it('leaves nothing behind wherever it fails', async () => {
    const pass = async (device: Device) => {
      const parameters = await uploadParameters(device, initial);
      const x = await input(device);
      const answers = await targets(device);
      const lent = [x, answers, ...parameters.values()];
      try {
        const { y, tape } = await net.forward(device, x, parameters, training);
        using _y = y;
        using _tape = tape;
        using loss = await softmaxCrossEntropy(device, y, answers);
        const { gradients } = await net.backward(tape, await loss.backward());
        releaseAll(gradients.values());
      } finally {
        expect(lent.some(({ released }) => released)).toBe(false);
        expect(device.report().tensors).toBe(lent.length);
      }
    };
    const initial = net.initialise(xShape, 7);
    const whole = watch(openHostDevice());
    await pass(whole);
    const first = initial.size + 2;
    expect(whole.count()).toBeGreaterThan(first + 25);
    for (let failAt = first; failAt < whole.count(); failAt++) await expect(pass(watch(openHostDevice(), failAt))).rejects.toThrow('out of memory');
    for (let failAt = 0; failAt < initial.size; failAt++) {
      const device = watch(openHostDevice(), failAt);
      await expect(uploadParameters(device, initial)).rejects.toThrow('out of memory');
      expect(device.report().live()).toEqual([]);
    }
  });

  it('may be undone once only', async () => {
    const device = openHostDevice();
    const parameters = await uploadParameters(device, net.initialise(xShape, 7));
    const x = await input(device);
    const { y, tape } = await net.forward(device, x, parameters, training);
    await net.backward(tape, await device.upload(y.shape, new Float32Array(6), 'dy'));
    const dy = await device.upload(y.shape, new Float32Array(6), 'dy');
    await expect(net.backward(tape, dy)).rejects.toThrow(
      'backward: the tape was used or released before.\n  help: every backward pass needs a forward pass of its own.\n  code: TENSOR_RELEASED',
    );
    expect(dy.released).toBe(false);
  });

  it('has the gradients of the whole that finite differences show', async () => {
    const device = openDoubleDevice(4);
    const initial = net.initialise(xShape, 7);
    const lossOf = async (parameters: ReadonlyMap<string, DeviceTensor>) => {
      const x = await input(device);
      const answers = await targets(device);
      const { y, tape } = await net.forward(device, x, parameters, training);
      const loss = await softmaxCrossEntropy(device, y, answers);
      const { data } = await device.download(loss.losses);
      const { gradients } = await net.backward(tape, await loss.backward());
      const analytic = await downloadParameters(device, gradients);
      loss.release();
      releaseAll([x, answers, y, ...gradients.values()]);
      return { mean: data.reduce((sum, value) => sum + value, 0) / data.length, analytic };
    };
    const parameters = await uploadParameters(device, initial);
    const { analytic } = await lossOf(parameters);
    expect(analytic.size).toBe(8);
    for (const [name, gradient] of analytic) {
      const values = Float64Array.from(initial.get(name)?.data ?? []);
      const numeric = await numericGradientOf(async (moved) => {
        parameters.get(name)?.release();
        parameters.set(name, await device.upload(gradient.shape, asContract(moved), name));
        return (await lossOf(parameters)).mean;
      }, values, 1e-6);
      parameters.get(name)?.release();
      parameters.set(name, await device.upload(gradient.shape, asContract(values), name));
      // Step 1e-6 in double precision: rounding about 1e-10, and no input came so near to a kink.
      numeric.forEach((slope, i) => expect(Math.abs(slope - gradient.data[i])).toBeLessThan(1e-7));
    }
    releaseAll(parameters.values());
    expect(device.report().live()).toEqual([]);
  });
});

describe('predict', () => {
  it('keeps nothing but its result, and holds at most three activations at once', async () => {
    const device = watch(openHostDevice());
    const parameters = await uploadParameters(device, net.initialise(xShape, 7));
    const x = await input(device);
    const lent = device.report().tensors;
    using y = await net.predict(device, x, parameters);
    expect(y.shape).toEqual([2, 3]);
    expect(device.report().tensors).toBe(lent + 1);
    // The most at once: the rectifier's result, its sums and the normalised values.
    expect(device.peakTensors() - lent).toBeLessThanOrEqual(3);
  });

  it('equals a forward pass in evaluation, and repeats to the bit', async () => {
    const device = openHostDevice();
    const parameters = await uploadParameters(device, net.initialise(xShape, 7));
    const x = await input(device);
    const { y, tape } = await net.forward(device, x, parameters);
    tape.release();
    const results = await Promise.all([y, await net.predict(device, x, parameters), await net.predict(device, x, parameters)].map((tensor) => device.download(tensor)));
    expect(results[1].data).toEqual(results[0].data);
    expect(results[2].data).toEqual(results[0].data);
  });

  it('says which parameter is missing or does not fit, before anything runs', async () => {
    const device = openHostDevice();
    const stack = new Sequential([dense('fc1', { outputs: 2 })]);
    const x = await device.upload([1, 3], new Float32Array(3), 'x');
    await expect(stack.predict(device, x, new Map())).rejects.toThrow(
      'fc1 (dense): there is no parameter "fc1.weight".\n  help: parameterSpecs() lists the names and shapes that the stack needs.\n  code: NAME_UNKNOWN',
    );
    const parameters = await uploadParameters(device, new Map([['fc1.weight', Tensor.zeros([2, 3])], ['fc1.bias', Tensor.zeros([2])]]));
    await expect(stack.predict(device, x, parameters)).rejects.toThrow(
      'fc1 (dense): fc1.weight does not fit x.\n  x          [1, 3]\n  fc1.weight [2, 3]\n  help: fc1.weight should be [3, 2] (inputs, outputs). If outputs come first, as in PyTorch and Caffe, transpose it by [1, 0].\n  code: SHAPE_MISMATCH',
    );
    expect(device.report().launches).toBe(0);
  });

  it.each([
    ['conv1.weight [64, 32, 3, 5]', conv2d('conv1', { outputs: 64, kernelSize: [3, 5] }), [64, 32, 3, 5], '[3, 5, 32, 64] (filter rows, filter columns, input channels, outputs). If outputs come first, as in PyTorch and Caffe, transpose it by [2, 3, 1, 0].'],
    ['conv1.weight [32, 3, 5, 64]', conv2d('conv1', { outputs: 64, kernelSize: [3, 5] }), [32, 3, 5, 64], '[3, 5, 32, 64] (filter rows, filter columns, input channels, outputs).'],
    ['conv1.weight [64, 32, 3, 5, 1]', conv2d('conv1', { outputs: 64, kernelSize: [3, 5] }), [64, 32, 3, 5, 1], '[3, 5, 32, 64] (filter rows, filter columns, input channels, outputs).'],
    ['conv1.weight [3, 5, 32, 65]', conv2d('conv1', { outputs: 64, kernelSize: [3, 5] }), [3, 5, 32, 65], '[3, 5, 32, 64] (filter rows, filter columns, input channels, outputs).'],
    ['fc1.weight [2, 1152]', dense('fc1', { outputs: 2 }), [2, 1152], '[1152, 2] (row x column x channel, outputs). If outputs come first, as in PyTorch and Caffe, transpose it by [1, 0].'],
  ] as const)('says how the axes of %s should stand', async (_, layer, given, wanted) => {
    const device = openHostDevice();
    const x = await device.upload([1, 6, 6, 32], new Float32Array(1152), 'x');
    const parameters = await uploadParameters(device, new Map([[`${layer.name}.weight`, Tensor.zeros(given)], [`${layer.name}.bias`, Tensor.zeros([layer.outputShape(x.shape).at(-1) as number])]]));
    await expect(new Sequential([layer]).predict(device, x, parameters)).rejects.toThrow(`help: ${layer.name}.weight should be ${wanted}\n`);
  });

  it('takes weights of PyTorch once they are transposed as it says', async () => {
    const device = openHostDevice();
    const layer = conv2d('conv1', { outputs: 2, kernelSize: 2 });
    const pixel = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    const x = await device.upload([1, 2, 2, 3], pixel, 'x');
    // [outputs, inputs, rows, columns], and what the correlation is by its formula, with x [rows, columns, inputs].
    const outputsFirst = Float32Array.from({ length: 24 }, (_, i) => i - 11);
    const expected = [0, 1].map((k) => pixel.reduce((sum, value, i) => sum + value * outputsFirst[((k * 3 + (i % 3)) * 2 + Math.floor(i / 6)) * 2 + (Math.floor(i / 3) % 2)], 0));
    const sizes = [2, 3, 2, 2];
    const order = [2, 3, 1, 0];
    const turned = Tensor.zeros(order.map((from) => sizes[from]));
    turned.data.forEach((_, i) => {
      const at = [0, 0, 0, 0];
      for (let axis = 3, rest = i; axis >= 0; axis--) {
        at[order[axis]] = rest % turned.shape[axis];
        rest = Math.floor(rest / turned.shape[axis]);
      }
      turned.data[i] = outputsFirst[at.reduce((place, index, axis) => place * sizes[axis] + index, 0)];
    });
    const parameters = await uploadParameters(device, new Map([['conv1.weight', turned], ['conv1.bias', Tensor.zeros([2])]]));
    expect([...(await device.download(await new Sequential([layer]).predict(device, x, parameters))).data]).toEqual(expected);
  });
});

describe.each(testDevices)('on $name', ({ open, mode }) => {
  it('learns: thirty steps of plain descent bring the loss of two images down, with nothing left behind', async () => {
    const device = await open();
    const stack = new Sequential([
      conv2d('conv1', { outputs: 4, kernelSize: 3 }),
      relu('relu1'),
      maxPool('pool1', { window: 3, stride: 2 }),
      dense('fc1', { outputs: 3, weight: gaussian(0.1) }),
    ]);
    const host = stack.initialise(xShape, 7);
    const losses: number[] = [];
    const x = await input(device);
    const answers = await targets(device);
    for (let step = 0; step < 30; step++) {
      const parameters = await uploadParameters(device, host);
      const { y, tape } = await stack.forward(device, x, parameters, { training: true, seed: 1, step });
      const loss = await softmaxCrossEntropy(device, y, answers);
      const { gradients } = await stack.backward(tape, await loss.backward());
      losses.push((await device.download(loss.losses)).data.reduce((sum, value) => sum + value, 0) / 2);
      for (const [name, { data }] of await downloadParameters(device, gradients)) data.forEach((slope, i) => (host.get(name) as Tensor).data[i] -= 0.05 * slope);
      loss.release();
      releaseAll([y, ...gradients.values(), ...parameters.values()]);
      expect(device.report().tensors).toBe(2);
    }
    expect(device.report().mode).toBe(mode);
    expect(losses[29]).toBeLessThan(losses[0] / 3);
    await device.destroy();
  });
});
