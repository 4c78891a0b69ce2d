import { Sequential, addGradients, dense, dropout, releaseAll, softmaxCrossEntropy, tanh, uploadParameters } from '@convkit/layers';
import { RandomStream, openHostDevice, recordDevice, type DeviceTensor } from '@convkit/tensor';
import { expect, it } from 'vitest';

const net = new Sequential([dense('fc1', { outputs: 6 }), tanh('tanh1'), dropout('drop1', { keep: 0.5, scaling: 'test' }), dense('fc2', { outputs: 3 })]);
const samples = 11;
const features = new RandomStream(2, 'x').at().fillNormal(new Float32Array(samples * 4));
const targets = new Float32Array(samples * 3);
for (let i = 0; i < samples; i++) targets[3 * i + (i % 3)] = 1;

/** Gradients by the parameters of a batch in parts of these sizes. */
async function gradientsOf(parts: readonly number[]): Promise<Map<string, Float32Array>> {
  const device = openHostDevice();
  const parameters = await uploadParameters(device, net.initialise([samples, 4], 7));
  const sums = new Map<string, DeviceTensor>();
  let firstRow = 0;
  for (const rows of parts) {
    using x = await device.upload([rows, 4], features.subarray(4 * firstRow, 4 * (firstRow + rows)), 'x');
    using answers = await device.upload([rows, 3], targets.subarray(3 * firstRow, 3 * (firstRow + rows)), 'targets');
    const { y, tape } = await net.forward(device, x, parameters, { training: true, seed: 1, step: 5, firstRow });
    using logits = y;
    using loss = await softmaxCrossEntropy(device, logits, answers);
    const { gradients } = await net.backward(tape, await loss.backward(samples));
    await addGradients(device, sums, gradients);
    expect(gradients.size).toBe(0);
    firstRow += rows;
  }
  const read = new Map<string, Float32Array>();
  for (const [name, sum] of sums) read.set(name, (await device.download(sum)).data);
  releaseAll(parameters.values());
  expect(device.report().tensors).toBe(sums.size);
  return read;
}

it.each([[[4, 4, 3]], [[1, 10]], [Array<number>(samples).fill(1)]])('the gradients of parts of %j add up to those of the batch, dropout and all', async (parts) => {
  const whole = await gradientsOf([samples]);
  const summed = await gradientsOf(parts);
  expect([...summed.keys()]).toEqual([...whole.keys()]);
  for (const [name, values] of whole) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeGreaterThan(0.001);
    summed.get(name)?.forEach((value, i) => expect(Math.abs(value - values[i])).toBeLessThan(1e-6 * largest));
  }
});

it('keeps all that is live in the maps when a launch fails', async () => {
  const device = recordDevice(openHostDevice());
  const put = async (name: string, size: number) => [name, await device.upload([size], new Float32Array(size), name)] as const;
  const sums = new Map([await put('a', 1), await put('b', 2)]);
  const gradients = new Map([await put('a', 1), await put('b', 3)]);
  await expect(addGradients(device, sums, gradients)).rejects.toThrow('add: b is [3], but a is [2].');
  releaseAll([...sums.values(), ...gradients.values()]);
  expect(device.report().tensors).toBe(0);
});
