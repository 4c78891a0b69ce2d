import { OptionError, assertKnownOptions } from '@convkit/tensor';
import { averageWeights } from './average-weights.js';
import type { Optimiser } from './sgd.js';

/** Options of {@link averaged}. */
export interface AveragedOptions {
  /** Part of the average that lives on in every step, from 0 up to but not including 1: it looks back over some `1 / (1 - decay)` steps. */
  readonly decay: number;
}

/**
 * An optimiser that keeps a moving average of every parameter, which is judged and used in its place: after each step `e <- decay e + (1 - decay) w`, from the first weights on.
 * Training itself goes on as without it. State: that of the optimiser inside under its names, and the averages under `average/NAME`.
 *
 * @throws OptionError `OPTION_INVALID`; so does `initialState` when a name is taken, as by another average inside.
 *
 * @example
 * ```ts
 * import { averaged, sgd } from '@convkit/optim';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * const optimiser = averaged(sgd({ momentum: 0, decay: 0 }), { decay: 0.75 });
 * const parameters = new Map([['w', await device.upload([1], new Float32Array([1]), 'w')]]);
 * const state = await optimiser.initialState(device, parameters);
 * const gradients = new Map([['w', await device.upload([1], new Float32Array([4]), 'dw')]]);
 * await optimiser.step(device, parameters, gradients, state, 1);
 * const average = optimiser.judged!(parameters, state).get('w')!;
 * console.log((await device.download(parameters.get('w')!)).data[0], (await device.download(average)).data[0]); // -3 0
 * ```
 */
export function averaged(optimiser: Optimiser, options: AveragedOptions): Optimiser {
  assertKnownOptions('averaged', options, ['decay']);
  const { decay } = options;
  if (!(decay >= 0 && decay < 1)) throw new OptionError({ code: 'OPTION_INVALID', message: `averaged: decay is ${decay}, but must be from 0 up to but not including 1.` });
  return {
    async initialState(device, parameters) {
      const state = await optimiser.initialState(device, parameters);
      try {
        for (const [name, weight] of parameters) {
          if (state.has(averageOf(name))) throw new OptionError({ code: 'OPTION_INVALID', message: `averaged: the optimiser inside has a state "${averageOf(name)}" already.` });
          // A first average that goes nowhere is a copy.
          state.set(averageOf(name), await device.run(averageWeights, [weight, weight], { share: 0 }, { label: averageOf(name) }));
        }
      } catch (error) {
        for (const tensor of state.values()) tensor.release();
        throw error;
      }
      return state;
    },

    async step(device, parameters, gradients, state, rate) {
      const averages = Array.from(parameters.keys(), (name) => averageIn(state, name));
      await optimiser.step(device, parameters, gradients, state, rate);
      for (const [i, [name, weight]] of [...parameters].entries()) {
        const average = averages[i];
        state.set(averageOf(name), await device.run(averageWeights, [average, weight], { share: 1 - decay }, { donate: [average], label: average.label }));
      }
    },

    judged: (parameters, state) => new Map(Array.from(parameters.keys(), (name) => [name, averageIn(state, name)])),
  };
}

function averageOf(name: string): string {
  return `average/${name}`;
}

function averageIn<T>(state: ReadonlyMap<string, T>, name: string): T {
  const average = state.get(averageOf(name));
  if (average === undefined) {
    throw new OptionError({ code: 'NAME_UNKNOWN', message: `averaged: there is a parameter "${name}", but no average of that name.`, help: 'initialState() makes one for every parameter.' });
  }
  return average;
}
