import { findNetwork, findRecipe, inputShape, networks } from '@convkit/alexnet';
import { expect, it } from 'vitest';

it.each(Object.values(networks))('$name has a recipe made for it, and takes the images it is meant for', ({ name, build, recipe, defaults }) => {
  expect(findNetwork(name).build).toBe(build);
  expect(findRecipe(recipe.name)).toBe(recipe);
  expect(recipe.network).toBe(name);
  expect(build(defaults).outputShape([2, ...inputShape(recipe, defaults)])).toEqual([2, defaults.classes]);
});

it('answers an unknown network with the names there are', () => {
  expect(() => findNetwork('alexnet-2013')).toThrowErrorMatchingInlineSnapshot(`
    [OptionError: there is no network "alexnet-2013".
      help: use alexnet-2012 or alexnet-mini.
      code: NAME_UNKNOWN]
  `);
});
