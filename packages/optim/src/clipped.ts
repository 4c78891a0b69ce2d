import { OptionError, assertKnownOptions, sizeOf, type Device, type DeviceTensor } from '@convkit/tensor';
import { clipFactor } from './clip-factor.js';
import { clipGradient } from './clip-gradient.js';
import type { Optimiser } from './sgd.js';
import { sumSquares } from './sum-squares.js';

/** Options of {@link clipped}. */
export interface ClippedOptions {
  /** The largest norm that gradients keep, above 0. */
  readonly norm: number;
}

/**
 * An optimiser whose gradients are made shorter first when they are too long together: each is multiplied by `min(1, norm / (|g| + 1e-6))`,
 * where |g| is the root of the sum of the squares of all numbers of all gradients handed in, those of frozen parameters included.
 * The norm stays on the device: nothing is read back. Names that do not belong together are found when the gradients are short already. State and judged weights are those of the optimiser inside.
 *
 * Source: `torch.nn.utils.clip_grad_norm_`; Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", 2013.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { clipped, sgd } from '@convkit/optim';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * const optimiser = clipped(sgd({ momentum: 0, decay: 0 }), { norm: 1 });
 * const parameters = new Map([['w', await device.upload([2], new Float32Array([0, 0]), 'w')]]);
 * const state = await optimiser.initialState(device, parameters);
 * const gradients = new Map([['w', await device.upload([2], new Float32Array([30, -40]), 'dw')]]);
 * await optimiser.step(device, parameters, gradients, state, 1);
 * for (const w of parameters.values()) console.log((await device.download(w)).data); // Float32Array(2) [ -0.59…, 0.79… ]
 * ```
 */
export function clipped(optimiser: Optimiser, options: ClippedOptions): Optimiser {
  assertKnownOptions('clipped', options, ['norm']);
  const { norm } = options;
  if (!(norm > 0 && norm < Infinity)) throw new OptionError({ code: 'OPTION_INVALID', message: `clipped: norm is ${norm}, but must be a number above 0.` });
  return {
    initialState: (device, parameters) => optimiser.initialState(device, parameters),
    async step(device, parameters, gradients, state, rate) {
      if (gradients.size > 0) await clip(device, gradients, norm);
      await optimiser.step(device, parameters, gradients, state, rate);
    },
    judged: (parameters, state) => optimiser.judged?.(parameters, state) ?? parameters,
  };
}

/** Puts shorter gradients in place of the given ones. */
async function clip(device: Device, gradients: Map<string, DeviceTensor>, most: number): Promise<void> {
  // As many sums as each has terms, for the largest gradient.
  const lanes = Math.ceil(Math.sqrt(Math.max(...Array.from(gradients.values(), ({ shape }) => sizeOf(shape)))));
  let sums = await device.upload([lanes], new Float32Array(lanes), 'squares');
  try {
    for (const gradient of gradients.values()) sums = await device.run(sumSquares, [sums, gradient], {}, { donate: [sums] });
    using factor = await device.run(clipFactor, [sums], { most }, { donate: [sums] });
    for (const [name, gradient] of gradients) gradients.set(name, await device.run(clipGradient, [gradient, factor], {}, { donate: [gradient], label: gradient.label }));
  } finally {
    sums[Symbol.dispose]();
  }
}
