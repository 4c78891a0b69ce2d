/**
 * The network that all peers run, `alexnet-2012`, as plain numbers; and its weights, drawn from a fixed seed and kept in `.cache`.
 * Weights lie as convkit has them: convolutions `[rows, columns, inputs / groups, outputs]`, dense layers `[inputs, outputs]`, images `[N, H, W, C]`.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { onnxModel } from './onnx.mjs';

/** In order. `padding` is top, left, bottom, right. */
export const convolutions = [
  { name: 'conv1', size: 11, inputs: 3, outputs: 96, stride: 4, padding: [0, 0, 3, 3], groups: 1 },
  { name: 'conv2', size: 5, inputs: 96, outputs: 256, stride: 1, padding: [2, 2, 2, 2], groups: 2 },
  { name: 'conv3', size: 3, inputs: 256, outputs: 384, stride: 1, padding: [1, 1, 1, 1], groups: 1 },
  { name: 'conv4', size: 3, inputs: 384, outputs: 384, stride: 1, padding: [1, 1, 1, 1], groups: 2 },
  { name: 'conv5', size: 3, inputs: 384, outputs: 256, stride: 1, padding: [1, 1, 1, 1], groups: 2 },
];

/** `fc6` reads the 6 x 6 x 256 numbers of `conv5` after pooling, row by row, channels last. */
export const dense = [
  { name: 'fc6', inputs: 9216, outputs: 4096 },
  { name: 'fc7', inputs: 4096, outputs: 4096 },
  { name: 'fc8', inputs: 4096, outputs: 1000 },
];

/** Alpha is the one that libraries divide by the size. Windows stay inside each of the two groups of channels. */
export const normalisation = { size: 5, alpha: 1e-4, beta: 0.75, k: 2, groups: 2 };

/** Dropout masks in training, and multiplies by this in evaluation. */
export const keep = 0.5;

/** The update of a training step. The rate is small: what is measured is time, and a step must not blow up. */
export const update = { rate: 1e-6, momentum: 0.9, weightDecay: 5e-4 };

/** Pixels of an image, rows and columns. */
export const imageSize = 224;

const imageLength = imageSize * imageSize * 3;

/** @returns {{ name: string, shape: number[], fanIn: number }[]} All parameters in the order in which they lie in the file. */
export function parameterSpecs() {
  const specs = [];
  for (const { name, size, inputs, outputs, groups } of convolutions) {
    const fanIn = size * size * (inputs / groups);
    specs.push({ name: `${name}.weight`, shape: [size, size, inputs / groups, outputs], fanIn }, { name: `${name}.bias`, shape: [outputs], fanIn });
  }
  for (const { name, inputs, outputs } of dense) {
    specs.push({ name: `${name}.weight`, shape: [inputs, outputs], fanIn: inputs }, { name: `${name}.bias`, shape: [outputs], fanIn: inputs });
  }
  return specs;
}

/** Even numbers in [-reach, reach) from a 32-bit xorshift: fast, and the same everywhere. */
function fillEvenly(data, reach, seed) {
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    data[i] = (state / 2147483648) * reach;
  }
  return data;
}

/** `count` images `[count, 224, 224, 3]` in the range of pixels without their mean. The first ones are the same for every count. */
export function images(count) {
  return fillEvenly(new Float32Array(count * imageLength), 104, 20120930);
}

/** A class for each of `count` images. */
export function labels(count) {
  return Int32Array.from({ length: count }, (_, i) => (i * 37) % 1000);
}

/** From `[N, H, W, C]` to `[N, C, H, W]`, for peers that want it. */
export function channelsFirst(data, [N, H, W, C]) {
  const out = new Float32Array(data.length);
  const pixels = H * W;
  for (let n = 0; n < N; n++) {
    for (let p = 0; p < pixels; p++) {
      for (let c = 0; c < C; c++) out[(n * C + c) * pixels + p] = data[(n * pixels + p) * C + c];
    }
  }
  return out;
}

/** A convolution's weight from `[R, S, C, K]` to `[K, C, R, S]`. */
export function filtersFirst(data, [R, S, C, K]) {
  const out = new Float32Array(data.length);
  for (let t = 0, from = 0; t < R * S; t++) {
    for (let c = 0; c < C; c++) {
      for (let k = 0; k < K; k++, from++) out[(k * C + c) * R * S + t] = data[from];
    }
  }
  return out;
}

/** Rows of the weight of `fc6` for peers whose activations are channels first: input (c, row, column) instead of (row, column, c). */
export function rowsChannelsFirst(data, [inputs, outputs], channels = 256) {
  const out = new Float32Array(data.length);
  const pixels = inputs / channels;
  for (let p = 0; p < pixels; p++) {
    for (let c = 0; c < channels; c++) {
      const from = (p * channels + c) * outputs;
      out.set(data.subarray(from, from + outputs), (c * pixels + p) * outputs);
    }
  }
  return out;
}

/** Files that peers read. */
export function cacheFiles(folder) {
  return { specs: `${folder}/parameters.json`, weights: `${folder}/weights.bin`, onnx: `${folder}/alexnet-2012.onnx`, images: `${folder}/images.bin` };
}

/** Makes what is missing in the cache: 0.5 GB. @param {string} folder */
export function prepareCache(folder) {
  const files = cacheFiles(folder);
  mkdirSync(folder, { recursive: true });
  // A file gets its name when it is whole, so that a run which was broken off leaves no half file behind.
  const write = (file, make) => {
    if (existsSync(file)) return;
    writeFileSync(`${file}.part`, make());
    renameSync(`${file}.part`, file);
  };
  write(files.specs, () => JSON.stringify({ parameters: parameterSpecs(), convolutions, dense, normalisation, keep, update }));
  write(files.images, () => new Uint8Array(images(2).buffer));
  write(files.weights, drawWeights);
  write(files.onnx, () => onnxModel(loadWeights(folder)));
}

/** Weights with the deviation sqrt(2 / inputs), which keeps activations large enough for the normalisation to matter. */
function drawWeights() {
  const parts = parameterSpecs().map(({ shape, fanIn }, i) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b));
    fillEvenly(data, shape.length === 1 ? 0.1 : Math.sqrt(6 / fanIn), 1 + 7919 * (i + 1));
    return new Uint8Array(data.buffer);
  });
  return Buffer.concat(parts);
}

/** @returns {Map<string, { shape: number[], data: Float32Array }>} Parameters by name, such as `conv1.weight`. */
export function loadWeights(folder) {
  const { buffer, byteOffset } = readFileSync(cacheFiles(folder).weights);
  const weights = new Map();
  let at = byteOffset;
  for (const { name, shape } of parameterSpecs()) {
    const length = shape.reduce((a, b) => a * b);
    weights.set(name, { shape, data: new Float32Array(buffer, at, length) });
    at += 4 * length;
  }
  return weights;
}
