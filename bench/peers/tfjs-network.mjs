/** The network on TensorFlow.js. It has no groups, so a convolution with two of them is two convolutions on halves of the channels. */
import { convolutions, dense, imageSize, keep, labels, normalisation, update } from './network.mjs';
import { imageShape } from './peer.mjs';

/** Every parameter as one tensor, or as two where there are two groups. */
export function uploadWeights(tf, weights) {
  const parameters = new Map();
  const twoGroups = new Set(convolutions.filter(({ groups }) => groups === 2).map(({ name }) => name));
  for (const [name, { shape, data }] of weights) {
    const whole = tf.tensor(data, shape);
    parameters.set(name, twoGroups.has(name.split('.')[0]) ? tf.split(whole, 2, shape.length - 1) : [whole]);
  }
  return parameters;
}

/**
 * @param {Map<string, import('@tensorflow/tfjs').Tensor[]>} parameters
 * @returns Logits of images `[N, 224, 224, 3]`.
 */
export function forward(tf, parameters, images, training = false) {
  const conv = (name, x, activation) => {
    const { stride, padding: [top, left, bottom, right], groups } = convolutions.find((layer) => layer.name === name);
    const filters = parameters.get(`${name}.weight`);
    const biases = parameters.get(`${name}.bias`);
    const inputs = groups === 1 ? [x] : tf.split(x, groups, 3);
    const pad = [[0, 0], [top, bottom], [left, right], [0, 0]];
    const outputs = inputs.map((input, group) => tf.fused.conv2d({ x: input, filter: filters[group], bias: biases[group], strides: stride, pad, activation }));
    return groups === 1 ? outputs[0] : tf.concat(outputs, 3);
  };
  // Channels lie innermost, so two groups of them are, without a copy, twice as many columns of half the channels. Alpha is not divided by the size here.
  const norm = (x) => {
    const { size, alpha, beta, k, groups } = normalisation;
    const [N, H, W, C] = x.shape;
    const halves = tf.reshape(x, [N, H, W * groups, C / groups]);
    return tf.reshape(tf.localResponseNormalization(halves, (size - 1) / 2, k, alpha / size, beta), x.shape);
  };
  const pool = (x) => tf.maxPool(x, 3, 2, 'valid');
  const drop = (x) => (training ? tf.mul(x, tf.cast(tf.less(tf.randomUniform(x.shape), keep), 'float32')) : tf.mul(x, keep));

  let x = tf.relu(pool(norm(conv('conv1', images))));
  x = pool(norm(conv('conv2', x, 'relu')));
  x = conv('conv3', x, 'relu');
  x = conv('conv4', x, 'relu');
  x = tf.relu(pool(conv('conv5', x)));
  x = tf.reshape(x, [x.shape[0], -1]);
  for (const [i, { name }] of dense.entries()) {
    const last = i === dense.length - 1;
    x = tf.fused.matMul({ a: x, b: parameters.get(`${name}.weight`)[0], bias: parameters.get(`${name}.bias`)[0], activation: last ? 'linear' : 'relu' });
    if (!last) x = drop(x);
  }
  return x;
}

/** @returns {import('./peer.mjs').Peer['prepareForward']} */
export function forwardOn(tf, parameters) {
  return async (count, pixels) => {
    const images = tf.tensor(pixels, imageShape(count));
    return async () => {
      const logits = tf.tidy(() => forward(tf, parameters, images));
      const data = await logits.data();
      logits.dispose();
      return data;
    };
  };
}

/** Training with the momentum optimiser; weight decay, which it lacks, is added to the gradients. @returns {import('./peer.mjs').Peer['prepareTraining']} */
export function trainingOn(tf, parameters) {
  return async (count) => {
    const variables = new Map([...parameters].map(([name, parts]) => [name, parts.map((part, i) => tf.variable(part, true, `${name}.${i}`))]));
    const all = [...variables.values()].flat();
    const images = tf.randomUniform([count, imageSize, imageSize, 3], -104, 104);
    const targets = tf.oneHot(tf.tensor1d(labels(count), 'int32'), 1000);
    const optimiser = tf.train.momentum(update.rate, update.momentum);
    return async () => {
      const loss = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => tf.losses.softmaxCrossEntropy(targets, forward(tf, variables, images, true)), all);
        for (const variable of all) grads[variable.name] = tf.add(grads[variable.name], tf.mul(variable, update.weightDecay));
        optimiser.applyGradients(grads);
        return value;
      });
      const data = await loss.data();
      loss.dispose();
      return data;
    };
  };
}
