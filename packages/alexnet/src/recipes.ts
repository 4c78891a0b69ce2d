import { lookUp } from './look-up.js';
import type { Recipe } from './recipe.js';
import { alexnet147Recipe, alexnet148Recipe, alexnet167Recipe, alexnet2012AsCodedRecipe, alexnet2012AsWrittenRecipe, alexnet2012HalfRecipe } from './recipes/alexnet-2012.js';
import { alexnetMiniRecipe } from './recipes/alexnet-mini.js';
import { caffeAlexnetRecipe, caffenetRecipe } from './recipes/caffe.js';
import { cifar11pctRecipe, cifar13pctRecipe, cifar18pctRecipe, cifar19pctRecipe } from './recipes/cifar.js';
import { cudaConvnet2Recipe, torchvisionRecipe } from './recipes/one-weird-trick.js';

/** All recipes by name. */
export const recipes: Readonly<Record<string, Recipe>> = Object.fromEntries(
  [
    alexnet2012AsCodedRecipe,
    alexnet2012AsWrittenRecipe,
    alexnet2012HalfRecipe,
    alexnet147Recipe,
    alexnet148Recipe,
    alexnet167Recipe,
    caffeAlexnetRecipe,
    caffenetRecipe,
    torchvisionRecipe,
    cudaConvnet2Recipe,
    cifar19pctRecipe,
    cifar18pctRecipe,
    cifar13pctRecipe,
    cifar11pctRecipe,
    alexnetMiniRecipe,
  ].map((recipe) => [recipe.name, recipe]),
);

/** What the short names in {@link Recipe.sources} stand for. */
export const recipeSourceKeys: Readonly<Record<string, string>> = {
  CHM: 'github.com/computerhistory/AlexNet-Source-Code, commit 2f8b81f: the code of 2012',
  CC1: 'github.com/dnouri/cuda-convnet: cuda-convnet, with the modules that CHM leaves out',
  CC2: 'github.com/akrizhevsky/cuda-convnet2, commit 3238bf0, and its wiki: the code of 2014',
  CAFFE: 'github.com/BVLC/caffe, commit 9b8915401',
  TV: 'github.com/pytorch/vision, commit 00658a2',
  PAPER: 'Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", 2012',
};

/**
 * A recipe by name.
 *
 * @throws OptionError `NAME_UNKNOWN`, with the names there are.
 */
export function findRecipe(name: string): Recipe {
  return lookUp('recipe', recipes, name);
}
