import { alexnet2012Recipe, alexnetMiniRecipe, findRecipe, recipeOptimiser, recipeSchedule, recipes } from '@convkit/alexnet';
import { Tensor, openHostDevice } from '@convkit/tensor';
import { uploadParameters } from '@convkit/layers';
import { expect, it } from 'vitest';

it('recipes are plain data', () => {
  for (const recipe of Object.values(recipes)) expect(JSON.parse(JSON.stringify(recipe))).toEqual(recipe);
});

it('recipes are found by their names, and unknown ones answered with the names there are', () => {
  for (const [name, recipe] of Object.entries(recipes)) expect([recipe.name, findRecipe(name)]).toEqual([name, recipe]);
  expect(() => findRecipe('toString')).toThrowErrorMatchingInlineSnapshot(`
    [OptionError: there is no recipe "toString".
      help: use alexnet-2012 or alexnet-mini.
      code: NAME_UNKNOWN]
  `);
});

it('the schedule of 2012 divides by ten after 25, 51 and 79 epochs, and stretches with the run', () => {
  const rates = (epochs: readonly number[], run = {}) => epochs.map((epoch) => recipeSchedule(alexnet2012Recipe, run)({ step: 0, epoch }));
  const expected = [0.01, 0.001, 0.001, 0.0001, 0.0001, 0.00001];
  for (const [i, rate] of rates([24.9, 25, 50.9, 51, 78.9, 79]).entries()) expect(rate).toBeCloseTo(expected[i], 12);
  for (const [i, rate] of rates([2.49, 2.51, 5.09, 5.11, 7.89, 7.91], { epochs: 9.1 }).entries()) expect(rate).toBeCloseTo(expected[i], 12);
  expect(rates([0], { rate: 0.5 })).toEqual([0.5]);
});

it.each([alexnet2012Recipe, alexnetMiniRecipe])('biases of $name learn twice as fast and do not decay', async (recipe) => {
  const device = openHostDevice();
  const optimiser = recipeOptimiser(recipe);
  const parameters = await uploadParameters(device, new Map(['fc.weight', 'fc.bias'].map((name) => [name, Tensor.from([1], [2])])));
  const gradients = await uploadParameters(device, new Map(['fc.weight', 'fc.bias'].map((name) => [name, Tensor.from([1], [3])])));
  const state = await optimiser.initialState(device, parameters);
  await optimiser.step(device, parameters, gradients, state, 0.1);
  const moved: number[] = [];
  for (const tensor of parameters.values()) moved.push((await device.download(tensor)).data[0]);
  expect(moved[0]).toBeCloseTo(2 - 0.1 * (3 + recipe.decay * 2), 5);
  expect(moved[1]).toBeCloseTo(2 - 0.2 * 3, 5);
});
