import { networks, type NetworkDesign, type Recipe, type ScheduleDesign } from '@convkit/alexnet';
import type { Shape } from '@convkit/tensor';
import { scaledCopy, scaledInput } from './scaled-copy.js';

/** A scaled copy and how it is trained: all that tools/golden/networks.py is told of it. */
export interface GoldenCase {
  readonly name: string;
  readonly design: NetworkDesign;
  readonly input: Shape;
  readonly classes: number;
  /** Of images, parameters and dropout masks. */
  readonly seed: number;
  readonly optimiser: Recipe['optimiser'];
  /** The learning rate of every step, and by how much that of biases is larger. */
  readonly rates: readonly number[];
  readonly biasRateFactor: number;
}

// The rate falls in mid-way: there the two forms of momentum part.
const rates = [0.002, 0.002, 0.002, 0.002, 0.002, 0.0004, 0.0004, 0.0004, 0.0004, 0.0004];

/** Every network, and that of 2012 once more with its columns apart. */
export const goldenCases: readonly GoldenCase[] = Object.values(networks).flatMap(({ name, design, recipe }) => {
  const forms = name === 'alexnet-2012' ? (['together', 'apart'] as const) : ([design.columns] as const);
  return forms.map((columns) => ({
    name: columns === 'apart' ? `${name}-apart` : name,
    design: { ...scaledCopy(design), columns },
    input: scaledInput(design),
    classes: 5,
    seed: 2013,
    optimiser: strongDecay(recipe.optimiser),
    rates,
    biasRateFactor: firstRate(recipe.rates.biases) / firstRate(recipe.rates.weights),
  }));
});

/** Decays as they are differ by 3e4 and most do not show in ten steps; their fourth roots, 0.1 to 1.3, do, and keep their order and the zeros. */
function strongDecay({ decay, decayOf, ...rest }: Recipe['optimiser']): Recipe['optimiser'] {
  const strong = (each: number) => each ** 0.25;
  return { ...rest, decay: strong(decay), ...(decayOf === undefined ? {} : { decayOf: Object.fromEntries(Object.entries(decayOf).map(([layer, each]) => [layer, strong(each)])) }) };
}

function firstRate(schedule: ScheduleDesign): number {
  return schedule.type === 'manual' ? schedule.rates[0].rate : schedule.rate;
}
