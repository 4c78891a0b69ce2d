/**
 * AlexNet of 2012 and its small sibling, with their initialisation, recipes and ten-view prediction.
 *
 * @packageDocumentation
 */
export { alexnet, type AlexnetDesign } from './alexnet.js';
export { alexnet2012, alexnet2012Design } from './alexnet-2012.js';
export { alexnetMini, alexnetMiniDesign } from './alexnet-mini.js';
export { findNetwork, networks, type NetworkDescription } from './networks.js';
export { recipeOptimiser, recipeSchedule, type Recipe } from './recipe.js';
export { alexnet2012Recipe, alexnetMiniRecipe, findRecipe, recipes } from './recipes.js';
export { imageFormat, inputShape, prepareImage, type DataDescription, type ImageFormat } from './image-format.js';
export { viewsOf, trainingSteps, type PixelStatistics } from './network-inputs.js';
export { evaluationBatches, prepareData, prepareDataset, trainingBatches, type Preparation, type RecipeEvaluationBatches, type RecipeTrainingBatches } from './recipe-data.js';
export { predict, type PredictOptions } from './predict.js';
