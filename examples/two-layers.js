/**
 * A net with two layers of weights, trained for 200 steps on CIFAR-10 or, without a path, on Fashion-MNIST: thirty lines below the imports.
 *
 *     node two-layers.js [cifar-10-binary.tar.gz]
 */
import { fileURLToPath } from 'node:url';
import { oneHot, scale, subtractMean, toBatch } from '@convkit/data-aug';
import { fashionMnist } from '@convkit/dataset-fashion-mnist';
import { loadDataset, Sampler } from '@convkit/datasets';
import { openNamedDevice } from '@convkit/kernels-cpu';
import { conv2d, dense, heNormal, maxPool, relu, Sequential, softmaxCrossEntropy, uploadParameters } from '@convkit/layers';
import { sgd } from '@convkit/optim';

const path = process.argv[2];
if (path === undefined) console.log('This is Fashion-MNIST, which comes as a package. For CIFAR-10: node two-layers.js cifar-10-binary.tar.gz');
const { train, test } = await loadDataset(path === undefined ? `idx:${fileURLToPath(new URL('.', fashionMnist.train.images.url))}` : `cifar10:${path}`);
const device = await openNamedDevice('auto');
const upload = async (/** @type {import('@convkit/datasets').Dataset} */ data, /** @type {Iterable<number>} */ indices) => {
  const examples = await Promise.all(Array.from(indices, (index) => data.item(index)));
  const batch = toBatch(examples.map(({ image }) => scale(subtractMean(image, Array(data.channels).fill(120)), 1 / 64)));
  const targets = oneHot(examples.map(({ label }) => label), data.classes.length);
  return { x: await device.upload(batch.shape, batch.data, 'x'), targets: await device.upload(targets.shape, targets.data, 'targets') };
};

const conv1 = conv2d('conv1', { outputs: 16, kernelSize: 5, weight: heNormal });
const net = new Sequential([conv1, relu('relu1'), maxPool('pool1', { window: 4, stride: 4 }), dense('fc2', { outputs: 10, weight: heNormal })]);
const { width, height, channels } = (await train.item(0)).image;
const parameters = await uploadParameters(device, net.initialise([1, height, width, channels], 7));
const optimiser = sgd({ momentum: 0.9, decay: 0.0005 });
const state = await optimiser.initialState(device, parameters);
const sampler = new Sampler({ length: train.length, batch: 64, seed: 7 });
for (let step = 0; step < 200; step++) {
  const { x, targets } = await upload(train, sampler.at(step).indices);
  const { y, tape } = await net.forward(device, x, parameters, { training: true, seed: 7, step });
  const loss = await softmaxCrossEntropy(device, y, targets);
  const { gradients } = await net.backward(tape, await loss.backward());
  await optimiser.step(device, parameters, gradients, state, 0.01);
  if (step % 50 === 49) console.log(`step ${step + 1}: loss ${((await device.download(loss.losses)).data.reduce((a, b) => a + b) / 64).toFixed(3)}`);
  for (const used of [x, targets, y, loss]) used.release();
}
const { x, targets } = await upload(test, Array(1000).keys());
const { ranks } = await softmaxCrossEntropy(device, await net.predict(device, x, parameters), targets);
console.log(`${((await device.download(ranks)).data.filter((rank) => rank === 0).length / 10).toFixed(1)} % of 1000 test images are right, on ${device.name}`);
await device.destroy();
