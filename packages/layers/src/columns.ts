import { add, concatChannels, sliceChannels } from '@convkit/kernels-gpu';
import { OptionError, ShapeError, assertKnownOptions, formatShape, sizeOf, type DeviceTensor, type Shape } from '@convkit/tensor';
import type { Layer, LayerDevice } from './layer.js';
import { releaseAll } from './parameters.js';
import type { Sequential } from './sequential.js';
import { summarise } from './summarise.js';

/** Options of {@link columns}. */
export interface ColumnsOptions {
  /**
   * What each column reads: the parts of the input, counted from 0, in the order in which they stand side by side. The last axis of the input is cut into as many equal
   * parts as there are columns. Default: every column reads all of the input as it is.
   */
  readonly reads?: readonly (readonly number[])[];
}

/**
 * Stacks side by side, as the two GPUs of 2012: each reads the input, and their results stand next to each other on the last axis. Inside, no column knows of the others;
 * where they exchange activations one such layer ends and the next begins. Parameters carry the names of the stacks' layers: `columns1.conv1a.weight`.
 *
 * Source: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", 2012, section 3.2.
 *
 * @param stacks Two or more, without a layer name in common; their results may differ in the last axis only.
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { columns, conv2d, dense, relu, Sequential } from '@convkit/layers';
 *
 * const column = (id: string) => new Sequential([conv2d(`conv1${id}`, { outputs: 4, kernelSize: 3 }), relu(`relu1${id}`)]);
 * const net = new Sequential([columns('columns1', [column('a'), column('b')]), dense('fc2', { outputs: 2 })]);
 * console.log(net.shapes([1, 5, 5, 3])); // [ [ 1, 5, 5, 3 ], [ 1, 3, 3, 8 ], [ 1, 2 ] ]
 * ```
 */
export function columns(name: string, stacks: readonly Sequential[], options: ColumnsOptions = {}): Layer {
  const owner = `${name} (columns)`;
  assertKnownOptions(owner, options, ['reads']);
  const all = stacks.map((_, i) => i);
  const reads = options.reads ?? stacks.map(() => all);
  assertStacks(owner, stacks);
  assertReads(owner, stacks.length, reads);
  /** Whether a column reads the input as it is. */
  const whole = reads.map((parts) => parts.length === stacks.length && parts.every((part, i) => part === i));
  const cuts = !whole.every(Boolean);

  const inputShapes = (x: Shape): readonly Shape[] => {
    const width = x[x.length - 1] / stacks.length;
    if (cuts && !Number.isInteger(width)) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: `${owner}: the last axis of x cannot be cut into ${stacks.length} equal parts.`,
        values: { x: formatShape(x) },
        help: 'choose the channels of the layer before so that the columns divide them.',
      });
    }
    return reads.map((parts, i) => (whole[i] ? x : [...x.slice(0, -1), width * parts.length]));
  };
  const parts = (x: Shape) => inputShapes(x).map((shape, i) => ({ net: stacks[i], x: shape }));
  const outputShapes = (x: Shape) => parts(x).map(({ net, x: shape }) => net.outputShape(shape));
  /** Results that a column's last layer reads again in backward. */
  const kept = stacks.map(({ layers }) => layers[layers.length - 1].keeps.includes('y'));

  return {
    name,
    kind: 'columns',
    keeps: ['x'],
    outputShape(x) {
      const shapes = outputShapes(x);
      const [first] = shapes;
      if (shapes.some((shape) => shape.length !== first.length || shape.some((size, axis) => axis < first.length - 1 && size !== first[axis]))) {
        throw new ShapeError({
          code: 'SHAPE_MISMATCH',
          message: `${owner}: the results of the columns do not fit side by side.`,
          values: Object.fromEntries(shapes.map((shape, i) => [`column ${i}`, formatShape(shape)])),
          help: 'give the columns equal strides, windows and padding.',
        });
      }
      return [...first.slice(0, -1), sum(shapes.map(lastOf))];
    },
    parameterSpecs: (x) => parts(x).flatMap(({ net, x: shape }) => net.parameterSpecs(shape)),
    scratchShapes: (x) => [...inputShapes(x).filter((_, i) => !whole[i]), ...outputShapes(x).filter((_, i) => kept[i])],
    multiplyAdds: (x) => sum(parts(x).map(({ net, x: shape }) => summarise(net, shape).multiplyAdds)),
    parts,

    async forward({ device, x, parameters, mode, wantTape }) {
      const inputs = [];
      for (const [i, order] of reads.entries()) inputs.push(whole[i] ? x : await gather(device, x, order, stacks.length));
      const results = [];
      const tapes = [];
      const own = new Map(Object.entries(parameters));
      for (const [i, stack] of stacks.entries()) {
        if (wantTape) {
          const { y, tape } = await stack.forward(device, inputs[i], own, mode);
          results.push(y);
          tapes.push(tape);
        } else {
          results.push(await stack.predict(device, inputs[i], own));
          if (!whole[i]) inputs[i].release();
        }
      }
      const y = await join(device, results);
      releaseAll(results.filter((_, i) => !wantTape || !kept[i]));
      return { y, scratch: wantTape ? [...inputs.filter((_, i) => !whole[i]), ...results.filter((_, i) => kept[i])] : [], tapes };
    },

    async backward({ device, dy, x, tapes, wantDx }) {
      const gradients: Record<string, DeviceTensor> = {};
      const widths = outputShapes(x.shape).map(lastOf);
      let dx: DeviceTensor | undefined;
      for (const [i, stack] of stacks.entries()) {
        const from = sum(widths.slice(0, i));
        const own = await device.run(sliceChannels, [dy], { from, to: from + widths[i] });
        const down = await stack.backward(tapes[i], own, { wantDx, device });
        Object.assign(gradients, Object.fromEntries(down.gradients));
        if (down.dx === undefined) continue;
        const part = whole[i] ? down.dx : await scatter(device, down.dx, reads[i], stacks.length);
        dx = dx === undefined ? part : await device.run(add, [dx, part], {}, { donate: [dx, part] });
      }
      return { dx, gradients };
    },
  };
}

/** The parts of x in the given order, side by side. */
async function gather(device: LayerDevice, x: DeviceTensor, order: readonly number[], count: number): Promise<DeviceTensor> {
  const width = lastOf(x.shape) / count;
  const parts = [];
  for (const part of order) parts.push(await device.run(sliceChannels, [x], { from: part * width, to: (part + 1) * width }));
  if (parts.length === 1) return parts[0];
  const joined = await join(device, parts);
  releaseAll(parts);
  return joined;
}

/** The gradient of {@link gather}: every part goes back to its place, and nothing was read of those left out. Uses `dx` up. */
async function scatter(device: LayerDevice, dx: DeviceTensor, order: readonly number[], count: number): Promise<DeviceTensor> {
  const width = lastOf(dx.shape) / order.length;
  const shape = [...dx.shape.slice(0, -1), width];
  const parts = [];
  for (let part = 0; part < count; part++) {
    const at = order.indexOf(part);
    parts.push(
      at < 0
        ? await device.upload(shape, new Float32Array(sizeOf(shape)), 'unread')
        : await device.run(sliceChannels, [dx], { from: at * width, to: (at + 1) * width }),
    );
  }
  dx.release();
  const joined = await join(device, parts);
  releaseAll(parts);
  return joined;
}

/** Tensors side by side on the last axis; they stay with the caller. */
async function join(device: LayerDevice, tensors: readonly DeviceTensor[]): Promise<DeviceTensor> {
  const [first, ...rest] = tensors;
  let joined = first;
  for (const next of rest) joined = await device.run(concatChannels, [joined, next], {}, { donate: joined === first ? [] : [joined] });
  return joined;
}

function lastOf(shape: Shape): number {
  return shape[shape.length - 1];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function assertStacks(owner: string, stacks: readonly Sequential[]): void {
  if (stacks.length < 2) throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: there must be at least two stacks, but there ${stacks.length === 1 ? 'is 1' : 'are none'}.` });
  const names = stacks.flatMap(({ layers }) => layers.map(({ name }) => name));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: two layers are called "${twice}".`, help: 'end the names of a column with a letter of its own.' });
}

function assertReads(owner: string, count: number, reads: readonly (readonly number[])[]): void {
  const fits = (parts: readonly number[]) => parts.length > 0 && new Set(parts).size === parts.length && parts.every((part) => Number.isInteger(part) && part >= 0 && part < count);
  if (reads.length === count && reads.every(fits)) return;
  throw new OptionError({
    code: 'OPTION_INVALID',
    message: `${owner}: reads is [${reads.map((parts) => `[${parts.join(', ')}]`).join(', ')}], but must name for each of the ${count} columns different parts from 0 to ${count - 1}.`,
  });
}
