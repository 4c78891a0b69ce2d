import { OptionError, RandomStream, ShapeError, Tensor, formatShape, sameShape, sizeOf, type DeviceTensor, type Shape } from '@convkit/tensor';
import type { ForwardMode, Layer, LayerDevice, ParameterSpec } from './layer.js';
import { LayerScope } from './layer-scope.js';
import { releaseAll } from './parameters.js';
import { heldBy, Tape, type TapeStep } from './tape.js';

/** What {@link Sequential.forward} makes. */
export interface Pass {
  /** The result; the caller's own. It must live as long as the tape does. */
  readonly y: DeviceTensor;
  /** What backward will read. Hand it to {@link Sequential.backward} or release it. */
  readonly tape: Tape;
}

/** What {@link Sequential.backward} makes; the caller's own. */
export interface Gradients {
  /** By full parameter name, such as `conv1.weight`. */
  readonly gradients: Map<string, DeviceTensor>;
  /** Gradient by the stack's input, if it was wanted. */
  readonly dx: DeviceTensor | undefined;
}

/**
 * A stack of layers. It holds no numbers: parameters are a map from full name (`conv1.weight`) to tensor, borrowed by every pass.
 * On its way up it keeps what a backward pass will read and lets go of everything else at once; nothing is read back.
 *
 * @example
 * ```ts
 * import { dense, relu, Sequential, softmaxCrossEntropy, uploadParameters } from '@convkit/layers';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const net = new Sequential([dense('fc1', { outputs: 16 }), relu('relu1'), dense('fc2', { outputs: 3 })]);
 * const device = openHostDevice();
 * const parameters = await uploadParameters(device, net.initialise([2, 4], 7));
 * using x = await device.upload([2, 4], new Float32Array(8).fill(1), 'x');
 * using targets = await device.upload([2, 3], new Float32Array([1, 0, 0, 0, 0, 1]), 'targets');
 *
 * const { y, tape } = await net.forward(device, x, parameters, { training: true, seed: 7, step: 1 });
 * using logits = y;
 * using loss = await softmaxCrossEntropy(device, logits, targets);
 * const { gradients } = await net.backward(tape, await loss.backward());
 * console.log([...gradients.keys()]); // [ 'fc2.weight', 'fc2.bias', 'fc1.weight', 'fc1.bias' ]
 * ```
 */
export class Sequential {
  /** In the order in which they run. */
  readonly layers: readonly Layer[];

  /** @throws OptionError `OPTION_INVALID` when there is no layer, one has no name, or two share one. */
  constructor(layers: readonly Layer[]) {
    if (layers.length === 0) throw new OptionError({ code: 'OPTION_INVALID', message: 'Sequential: there must be at least one layer.' });
    const nameless = layers.find(({ name }) => typeof name !== 'string' || name === '');
    if (nameless !== undefined) throw new OptionError({ code: 'OPTION_INVALID', message: `Sequential: a layer of the kind ${nameless.kind} has no name.`, help: `give it one, such as ${nameless.kind}('${nameless.kind}1').` });
    const twice = layers.find((layer, i) => layers.findIndex(({ name }) => name === layer.name) < i);
    if (twice !== undefined) throw new OptionError({ code: 'OPTION_INVALID', message: `Sequential: two layers are called "${twice.name}".` });
    this.layers = [...layers];
  }

  /** Input shape of every layer, then the output shape of the last: one more than there are layers. @throws ShapeError naming the layer */
  shapes(x: Shape): readonly Shape[] {
    const shapes = [x];
    for (const layer of this.layers) shapes.push(layer.outputShape(shapes[shapes.length - 1]));
    return shapes;
  }

  /** @throws ShapeError naming the layer */
  outputShape(x: Shape): Shape {
    return this.shapes(x)[this.layers.length];
  }

  /** All parameters by full name, in the order of the layers, for inputs of shape `x`. The batch size does not matter. */
  parameterSpecs(x: Shape): readonly ParameterSpec[] {
    const shapes = this.shapes(x);
    return this.layers.flatMap((layer, i) => layer.parameterSpecs(shapes[i]).map((spec) => ({ ...spec, name: `${layer.name}.${spec.name}` })));
  }

  /** First values of all parameters. Each draws from (seed, its own name), so that a new layer does not change the others. */
  initialise(x: Shape, seed: number): Map<string, Tensor> {
    return new Map(
      this.parameterSpecs(x).map(({ name, shape, fanIn, initialise }) => {
        const data = new Float32Array(sizeOf(shape));
        initialise(data, new RandomStream(seed, `initialise ${name}`).at(), fanIn);
        return [name, new Tensor(shape, data)];
      }),
    );
  }

  /**
   * Runs up and keeps what backward will read.
   *
   * @param x Borrowed: it must live as long as the tape.
   * @param parameters Borrowed: they must live as long as the tape.
   * @param mode Evaluation by default.
   * @throws ShapeError, OptionError, or what a launch throws; nothing made so far stays behind.
   */
  async forward(device: LayerDevice, x: DeviceTensor, parameters: ReadonlyMap<string, DeviceTensor>, mode: ForwardMode = { training: false }): Promise<Pass> {
    const steps: TapeStep[] = [];
    const y = await this.#run(device, x, parameters, mode, steps);
    return { y, tape: new Tape(device, steps) };
  }

  /**
   * Evaluates, keeping nothing. The result is the caller's own.
   * @throws as {@link Sequential.forward}
   */
  async predict(device: LayerDevice, x: DeviceTensor, parameters: ReadonlyMap<string, DeviceTensor>): Promise<DeviceTensor> {
    return this.#run(device, x, parameters, { training: false }, undefined);
  }

  async #run(device: LayerDevice, x: DeviceTensor, parameters: ReadonlyMap<string, DeviceTensor>, mode: ForwardMode, steps: TapeStep[] | undefined): Promise<DeviceTensor> {
    const shapes = this.shapes(x.shape);
    const scope = new LayerScope(device);
    try {
      let current = x;
      for (const [i, layer] of this.layers.entries()) {
        const kept = steps !== undefined && (layer.keeps.includes('x') || this.layers[i - 1]?.keeps.includes('y') === true);
        const donateX = i > 0 && !kept;
        const own = ownParameters(layer, shapes[i], parameters);
        const { y, scratch, tapes = [] } = await layer.forward({ device: scope.deviceFor(layer.name), x: current, donateX, parameters: own, mode, wantTape: steps !== undefined });
        if (donateX && y !== current) current[Symbol.dispose]();
        if (steps === undefined) for (const tensor of scratch) tensor.release();
        steps?.push({ layer, x: current, y, scratch, tapes, parameters: own });
        current = y;
      }
      return current;
    } catch (error) {
      scope.releaseAll();
      throw error;
    }
  }

  /**
   * Runs down. The tape is used up, whether this succeeds or not.
   *
   * @param dy Gradient of the loss by the stack's result; given up by the caller.
   * @param options.wantDx Whether to return the gradient by the stack's input, too. Default false.
   * @param options.device Default: the device of the forward pass.
   * @throws OwnershipError `TENSOR_RELEASED` when the tape was used before, or what a launch throws; nothing made so far stays behind.
   */
  async backward(tape: Tape, dy: DeviceTensor, options: { readonly wantDx?: boolean; readonly device?: LayerDevice } = {}): Promise<Gradients> {
    const steps = tape.take();
    const scope = new LayerScope(options.device ?? tape.device);
    for (const tensor of [dy, ...heldBy(steps)]) scope.adopt(tensor);
    const gradients = new Map<string, DeviceTensor>();
    try {
      let upstream: DeviceTensor | undefined = dy;
      for (let i = steps.length - 1; i >= 0; i--) {
        const { layer, x, y, scratch, tapes, parameters } = steps[i];
        const given: DeviceTensor = upstream as DeviceTensor;
        const wantDx = i > 0 || options.wantDx === true;
        const out = await layer.backward({ device: scope.deviceFor(layer.name), dy: given, x, y, scratch, tapes, parameters, wantDx });
        for (const [name, gradient] of Object.entries(out.gradients)) gradients.set(`${layer.name}.${name}`, gradient);
        releaseAll(scratch);
        for (const inner of tapes) inner.release();
        if (given !== out.dx) given[Symbol.dispose]();
        // The boundary above was this layer's result, the one below is its input: each goes when its last reader has run.
        if (i < steps.length - 1) y[Symbol.dispose]();
        if (i > 0 && !steps[i - 1].layer.keeps.includes('y')) x[Symbol.dispose]();
        upstream = out.dx;
      }
      return { gradients, dx: upstream };
    } catch (error) {
      scope.releaseAll();
      throw error;
    }
  }
}

/** Picks a layer's parameters out of the map and holds their shapes against what the layer asks for. */
function ownParameters(layer: Layer, x: Shape, parameters: ReadonlyMap<string, DeviceTensor>): Record<string, DeviceTensor> {
  const own: Record<string, DeviceTensor> = {};
  for (const spec of layer.parameterSpecs(x)) {
    const { name, shape } = spec;
    const full = `${layer.name}.${name}`;
    const tensor = parameters.get(full);
    if (tensor === undefined) {
      throw new OptionError({ code: 'NAME_UNKNOWN', message: `${layer.name} (${layer.kind}): there is no parameter "${full}".`, help: 'parameterSpecs() lists the names and shapes that the stack needs.' });
    }
    if (!sameShape(tensor.shape, shape)) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: `${layer.name} (${layer.kind}): ${full} does not fit x.`,
        values: { x: formatShape(x), [full]: formatShape(tensor.shape) },
        help: cureOf(full, spec, tensor.shape),
      });
    }
    own[name] = tensor;
  }
  return own;
}

/** What a parameter should be, and how to get there from the order of other libraries: outputs, inputs, filter. */
function cureOf(full: string, { shape, axes }: ParameterSpec, given: Shape): string {
  const turn = shape.map((_, axis) => (axis < shape.length - 2 ? axis + 2 : shape.length - 1 - axis));
  const turned = sameShape(given.map((_, axis) => given[turn[axis]]), shape);
  return `${full} should be ${formatShape(shape)}${axes === undefined ? '' : ` (${axes})`}.${turned ? ` If outputs come first, as in PyTorch and Caffe, transpose it by ${formatShape(turn)}.` : ''}`;
}
