import { OptionError, assertKnownOptions, sizeOf, type Device, type DeviceTensor } from '@convkit/tensor';
import { factorsBy, type FactorRule, type Factors } from './factors.js';
import { sgdApply } from './sgd-apply.js';
import { sgdVelocity } from './sgd-velocity.js';

/** Options of {@link sgd}. */
export interface SgdOptions {
  /** Part of the velocity that lives on, from 0 up to but not including 1. AlexNet: 0.9. */
  readonly momentum: number;
  /** Weight decay, at least 0. AlexNet: 0.0005. */
  readonly decay: number;
  /** Departures by parameter name: rules of which the first that matches counts, or a function. Default: none. */
  readonly factors?: readonly FactorRule[] | ((name: string) => Factors);
  /**
   * Where the rate stands. `2012`, as in the 2012 code and in Caffe: inside the velocity, so a change of rate takes hold gradually. `pytorch`, as in `torch.optim.SGD`: outside, so it takes hold at once.
   * The two are equal as long as the rate is. A state of one form is none of the other. Default `2012`.
   */
  readonly form?: '2012' | 'pytorch';
}

/** An update rule over maps from parameter name to tensor. It has no state of its own: all state is in the maps, which belong to the caller. */
export interface Optimiser {
  /** What the rule remembers between steps, such as a velocity under the name of each parameter; the caller's own. */
  initialState(device: Device, parameters: ReadonlyMap<string, DeviceTensor>): Promise<Map<string, DeviceTensor>>;
  /**
   * One update. Puts new tensors into `parameters` and `state` in place of the old ones, which it uses up, and empties `gradients`.
   * Reads nothing back.
   *
   * @param gradients Gradients of the mean loss by parameter name; one for every parameter that is not frozen.
   * @param rate The learning rate of this step, for all parameters or by name: of a schedule the number it gives for the step, `schedule({ step, epoch, evaluations })`, not the schedule itself. A parameter whose rate is 0 is frozen: neither it nor its state changes.
   * @throws OptionError `OPTION_INVALID` for a rate below 0 or no number, `NAME_UNKNOWN` when names do not belong together: nothing was touched then.
   * @throws ShapeError, DeviceError from a launch: the maps still hold all that is live.
   */
  step(
    device: Device,
    parameters: Map<string, DeviceTensor>,
    gradients: Map<string, DeviceTensor>,
    state: Map<string, DeviceTensor>,
    rate: number | ((name: string) => number),
  ): Promise<void>;
  /**
   * Which weights are to be judged and used: of an optimiser that averages the averages, under the parameters' names. Absent: the parameters.
   *
   * @throws OptionError `NAME_UNKNOWN` when the state does not belong to the parameters.
   */
  judged?<T>(parameters: ReadonlyMap<string, T>, state: ReadonlyMap<string, T>): ReadonlyMap<string, T>;
}

/**
 * Stochastic gradient descent with momentum and weight decay. State: one velocity for each parameter.
 *
 * | form | velocity | parameter |
 * | --- | --- | --- |
 * | `2012` | `v <- momentum v - rate (g + decay w)` | `w <- w + v` |
 * | `pytorch` | `v <- momentum v + g + decay w` | `w <- w - rate v` |
 *
 * Sources: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", 2012, section 5, and the 2012 code; the documentation of `torch.optim.SGD`.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { sgd } from '@convkit/optim';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * const optimiser = sgd({ momentum: 0.9, decay: 0 });
 * const parameters = new Map([['w', await device.upload([2], new Float32Array([1, 2]), 'w')]]);
 * const state = await optimiser.initialState(device, parameters);
 * const gradients = new Map([['w', await device.upload([2], new Float32Array([10, 10]), 'dw')]]);
 * await optimiser.step(device, parameters, gradients, state, 0.01);
 * for (const w of parameters.values()) console.log((await device.download(w)).data); // Float32Array(2) [ 0.89…, 1.89… ]
 * ```
 */
export function sgd(options: SgdOptions): Optimiser {
  assertKnownOptions('sgd', options, ['momentum', 'decay', 'factors', 'form']);
  const { momentum, decay, factors = [], form = '2012' } = options;
  if (!(momentum >= 0 && momentum < 1)) throw new OptionError({ code: 'OPTION_INVALID', message: `sgd: momentum is ${momentum}, but must be from 0 up to but not including 1.` });
  if (!(decay >= 0 && decay < Infinity)) throw new OptionError({ code: 'OPTION_INVALID', message: `sgd: decay is ${decay}, but must be at least 0.` });
  if (form !== '2012' && form !== 'pytorch') throw new OptionError({ code: 'OPTION_INVALID', message: `sgd: form is "${String(form)}", but must be "2012" or "pytorch".` });
  const factorsOf = typeof factors === 'function' ? factors : factorsBy(factors);

  return {
    async initialState(device, parameters) {
      const state = new Map<string, DeviceTensor>();
      try {
        for (const [name, { shape }] of parameters) state.set(name, await device.upload(shape, new Float32Array(sizeOf(shape)), `${name}.velocity`));
      } catch (error) {
        for (const velocity of state.values()) velocity.release();
        throw error;
      }
      return state;
    },

    async step(device, parameters, gradients, state, rate) {
      if (typeof rate === 'number') assertRate(rate, 'the rate');
      const rateOf = typeof rate === 'function' ? rate : () => rate;
      for (const name of gradients.keys()) if (!parameters.has(name)) throw unknown(name, 'gradient', 'parameter');
      const moving = [...parameters].flatMap(([name, weight]) => {
        const { rateFactor, decayFactor } = factorsOf(name);
        const own = rateOf(name);
        assertRate(own, `the rate of "${name}"`);
        if (own * rateFactor === 0) return [];
        const gradient = gradients.get(name);
        const velocity = state.get(name);
        if (gradient === undefined) throw unknown(name, 'parameter', 'gradient');
        if (velocity === undefined) throw unknown(name, 'parameter', 'velocity', 'initialState() makes one for every parameter.');
        return [{ name, weight, gradient, velocity, rate: own * rateFactor, decay: decay * decayFactor }];
      });
      for (const { name, weight, gradient, velocity, rate, decay } of moving) {
        // A rate of -1 leaves what PyTorch adds to the velocity as it is.
        const [inside, outside] = form === '2012' ? [rate, 1] : [-1, -rate];
        const numbers = { momentum, rate: inside, decay };
        const next = await device.run(sgdVelocity, [velocity, gradient, weight], numbers, { donate: [velocity, gradient], label: velocity.label });
        state.set(name, next);
        gradients.delete(name);
        parameters.set(name, await device.run(sgdApply, [weight, next], { factor: outside }, { donate: [weight], label: weight.label }));
      }
      for (const gradient of gradients.values()) gradient.release();
      gradients.clear();
    },
  };
}

function assertRate(rate: number, what: string): void {
  if (!(rate >= 0 && rate < Infinity)) throw new OptionError({ code: 'OPTION_INVALID', message: `sgd: ${what} is ${rate}, but must be a number of at least 0.` });
}

function unknown(name: string, has: string, lacks: string, help?: string): OptionError {
  return new OptionError({ code: 'NAME_UNKNOWN', message: `sgd: there is a ${has} "${name}", but no ${lacks} of that name.`, ...(help === undefined ? {} : { help }) });
}
