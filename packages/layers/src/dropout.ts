import { dropout as dropoutKernel, scale } from '@convkit/kernels-gpu';
import { OptionError, RandomStream, assertKnownOptions, sizeOf, type DeviceTensor } from '@convkit/tensor';
import type { Layer } from './layer.js';

/** Options of {@link dropout}. */
export interface DropoutOptions {
  /** Probability with which a value is kept, above 0 and at most 1. AlexNet: 0.5. */
  readonly keep: number;
  /**
   * Where the mean is put right. `test`: training only masks, evaluation multiplies by `keep`, as in 2012.
   * `train`: training masks and divides by `keep`, evaluation changes nothing, as most libraries do now.
   */
  readonly scaling: 'test' | 'train';
}

/**
 * Sets values to zero at random in training, any shape. The mask is drawn on the host from (seed, layer name, step), so a step can be repeated to the bit,
 * in one pass or in parts of the batch (`firstRow`), and is kept for backward.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { dropout } from '@convkit/layers';
 *
 * const drop6 = dropout('drop6', { keep: 0.5, scaling: 'test' });
 * console.log(drop6.scratchShapes([128, 4096])); // [ [ 128, 4096 ] ]
 * ```
 */
export function dropout(name: string, options: DropoutOptions): Layer {
  const { keep, scaling } = options;
  const owner = `${name} (dropout)`;
  assertKnownOptions(owner, options, ['keep', 'scaling']);
  if (!(keep > 0 && keep <= 1)) throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: keep is ${keep}, but must be above 0 and at most 1.` });
  if (scaling !== 'test' && scaling !== 'train') {
    throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: scaling is "${String(scaling)}", but must be "test" or "train".` });
  }
  const trainFactor = scaling === 'train' ? 1 / keep : 1;
  const testFactor = scaling === 'test' ? keep : 1;
  const donated = (tensor: DeviceTensor, given: boolean) => ({ donate: given ? [tensor] : [] });

  return {
    name,
    kind: 'dropout',
    keeps: [],
    outputShape: (x) => x,
    parameterSpecs: () => [],
    scratchShapes: (x) => [x],
    multiplyAdds: () => 0,
    async forward({ device, x, donateX, mode }) {
      if (!mode.training) {
        return { y: testFactor === 1 && donateX ? x : await device.run(scale, [x], { factor: testFactor }, donated(x, donateX)), scratch: [] };
      }
      const { seed, step, firstRow = 0 } = mode;
      const draws = new RandomStream(seed, `dropout ${name}`).at(step).skip(firstRow * sizeOf(x.shape.slice(1)));
      const mask = await device.upload(x.shape, draws.fillMask(new Float32Array(sizeOf(x.shape)), keep), `${name}.mask`);
      return { y: await device.run(dropoutKernel, [x, mask], { scale: trainFactor }, donated(x, donateX)), scratch: [mask] };
    },
    async backward({ device, dy, scratch: [mask], wantDx }) {
      if (!wantDx) return { dx: undefined, gradients: {} };
      const dx = mask === undefined
        ? await device.run(scale, [dy], { factor: testFactor }, donated(dy, true))
        : await device.run(dropoutKernel, [dy, mask], { scale: trainFactor }, { donate: [dy, mask] });
      return { dx, gradients: {} };
    },
  };
}
