/**
 * AlexNet of 2012 as coded and as written, its relatives and its small CIFAR nets as plain data, the recipes they are trained by, and prediction by one view or ten.
 *
 * @packageDocumentation
 */
export { buildNetwork } from './design/build-network.js';
export { joinColumns, splitIntoColumns } from './design/columns-apart.js';
export type { NetworkDesign } from './design/network-design.js';
export type {
  ActivationDesign,
  Conv2dDesign,
  DenseDesign,
  DropoutDesign,
  InitialBias,
  InitialWeight,
  LayerDesign,
  LocallyConnectedDesign,
  LrnDesign,
  LrnWithinChannelDesign,
  PoolDesign,
  WeightedDesign,
} from './design/layer-design.js';
export { findNetwork, networks, type NetworkDescription } from './networks.js';
export { recipeOptimiser, recipeSchedule, type DataDesign, type Recipe, type ScheduleDesign } from './recipe.js';
export { compareRecipes, recipeEntries, type RecipeDifference, type RecipeEntry, type RecipeValue } from './recipe-entries.js';
export { overrideRecipe, rescaleRates, stretchRecipe } from './change-recipe.js';
export { findRecipe, recipes, recipeSourceKeys } from './recipes.js';
export { imageFormat, inputShape, prepareImage, type DataDescription, type ImageFormat } from './image-format.js';
export { trainingSteps, viewsOf, type PixelStatistics, type TrainingSteps } from './network-inputs.js';
export {
  evaluationBatches,
  prepareData,
  prepareDataset,
  prepareTrainingDataset,
  trainingBatches,
  trainingRows,
  type Preparation,
  type PrepareDataOptions,
  type RecipeEvaluationBatches,
} from './recipe-data.js';
export { trainingDraws, type RowDraws } from './training-draws.js';
export { predict, type PredictOptions } from './predict.js';
