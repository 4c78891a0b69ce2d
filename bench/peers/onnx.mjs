/**
 * Writes the network as an ONNX model, in as much of protocol buffers as that takes. Numbers of fields are those of `onnx.proto`
 * (onnx/onnx, IR version 8, operator set 13).
 */
import { convolutions, dense, filtersFirst, imageSize, keep, normalisation, rowsChannelsFirst } from './network.mjs';

function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

const integer = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
const bytes = (field, value) => Buffer.concat([varint((field << 3) | 2), varint(value.length), value]);
const text = (field, value) => bytes(field, Buffer.from(value));
const message = (field, ...parts) => bytes(field, Buffer.concat(parts));

function float(field, value) {
  const four = Buffer.alloc(4);
  four.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), four]);
}

const FLOAT = 1;
const INT64 = 7;

/** AttributeProto: name 1, f 2, i 3, ints 8, type 20 (1 float, 2 integer, 7 integers). */
function attribute([name, value]) {
  if (Array.isArray(value)) return message(5, text(1, name), ...value.map((v) => integer(8, v)), integer(20, 7));
  if (value.float !== undefined) return message(5, text(1, name), float(2, value.float), integer(20, 1));
  return message(5, text(1, name), integer(3, value), integer(20, 2));
}

/** NodeProto in GraphProto: input 1, output 2, name 3, op_type 4, attribute 5. */
function node(type, inputs, output, attributes = {}) {
  return message(1, ...inputs.map((name) => text(1, name)), text(2, output), text(3, output), text(4, type), ...Object.entries(attributes).map(attribute));
}

/** TensorProto in GraphProto: dims 1, data_type 2, name 8, raw_data 9. */
function initializer(name, shape, data) {
  const type = data instanceof BigInt64Array ? INT64 : FLOAT;
  return message(5, ...shape.map((d) => integer(1, d)), integer(2, type), text(8, name), bytes(9, Buffer.from(data.buffer, data.byteOffset, data.byteLength)));
}

/** ValueInfoProto of floats whose first axis is the batch, `N`. */
function value(field, name, shape) {
  const dims = [message(1, text(2, 'N')), ...shape.map((d) => message(1, integer(1, d)))];
  return message(field, text(1, name), message(2, message(1, integer(1, FLOAT), message(2, ...dims))));
}

/**
 * @param {Map<string, { shape: number[], data: Float32Array }>} weights
 * @returns {Buffer} A model from `images` `[N, 3, 224, 224]` to `logits` `[N, 1000]`, for any N.
 */
export function onnxModel(weights) {
  const nodes = [];
  const initializers = [];
  let current = 'images';
  const then = (type, name, constants = [], attributes = {}) => {
    nodes.push(node(type, [current, ...constants], name, attributes));
    current = name;
  };
  const constant = (name, shape, data) => {
    initializers.push(initializer(name, shape, data));
    return name;
  };
  const shapeOf = (name, ...dims) => constant(name, [dims.length], BigInt64Array.from(dims, BigInt));

  const conv = (name) => {
    const { size, stride, padding, groups } = convolutions.find((layer) => layer.name === name);
    const { shape: [R, S, C, K], data } = weights.get(`${name}.weight`);
    const constants = [constant(`${name}.weight`, [K, C, R, S], filtersFirst(data, [R, S, C, K])), constant(`${name}.bias`, [K], weights.get(`${name}.bias`).data)];
    then('Conv', name, constants, { kernel_shape: [size, size], strides: [stride, stride], pads: padding, group: groups });
  };
  // Channels lie one after the other, so two groups of them are, without a copy, twice as many images of half the channels.
  const norm = (name, channels, size) => {
    const { groups, size: window, alpha, beta, k } = normalisation;
    then('Reshape', `${name}.apart`, [shapeOf(`${name}.half`, -1, channels / groups, size, size)]);
    then('LRN', `${name}.lrn`, [], { size: window, alpha: { float: alpha }, beta: { float: beta }, bias: { float: k } });
    then('Reshape', name, [shapeOf(`${name}.whole`, -1, channels, size, size)]);
  };
  const pool = (name) => then('MaxPool', name, [], { kernel_shape: [3, 3], strides: [2, 2] });
  const relu = (name) => then('Relu', name);
  const linear = ({ name }, i) => {
    const { shape, data } = weights.get(`${name}.weight`);
    const constants = [constant(`${name}.weight`, shape, i === 0 ? rowsChannelsFirst(data, shape) : data), constant(`${name}.bias`, [shape[1]], weights.get(`${name}.bias`).data)];
    const last = i === dense.length - 1;
    then('Gemm', last ? 'logits' : name, constants);
    if (last) return;
    relu(`${name}.relu`);
    then('Mul', `${name}.drop`, [constant(`${name}.keep`, [], Float32Array.of(keep))]);
  };

  conv('conv1');
  norm('norm1', 96, 55);
  pool('pool1');
  relu('relu1');
  conv('conv2');
  relu('relu2');
  norm('norm2', 256, 27);
  pool('pool2');
  conv('conv3');
  relu('relu3');
  conv('conv4');
  relu('relu4');
  conv('conv5');
  pool('pool5');
  relu('relu5');
  then('Flatten', 'flat', [], { axis: 1 });
  dense.forEach(linear);

  const graph = message(7, ...nodes, text(2, 'alexnet-2012'), ...initializers, value(11, 'images', [3, imageSize, imageSize]), value(12, 'logits', [1000]));
  return Buffer.concat([integer(1, 8), text(2, 'convkit bench'), graph, message(8, text(1, ''), integer(2, 13))]);
}
