/**
 * Image augmentation that draws first and applies afterwards: crops, flips, resizing, PCA colour noise, ten views.
 *
 * @packageDocumentation
 */
export type { AnyImage, FloatImage, Image, ImageSize } from './image.js';
export { augment, replay, type Augmented, type Drawn, type Step, type Transform } from './augment.js';
export { centreCrop, crop, randomCrop, type Box } from './crop.js';
export { randomResizedCrop, type RandomResizedCropOptions } from './random-resized-crop.js';
export { flip, randomFlip } from './flip.js';
export { resize, resizeShortSide } from './resize.js';
export { IMAGENET_MEAN, IMAGENET_PCA, pcaNoise, shiftColour, type ColourPca, type PcaNoiseOptions, type Rgb } from './pca-noise.js';
export { scale, subtractMean } from './mean.js';
export { PixelSums, type PixelTotals } from './pixel-sums.js';
export { tenViews } from './ten-views.js';
export { nineViews } from './nine-views.js';
export { swapRedBlue, toGrey, toRgb } from './colour.js';
export { toBatch } from './to-batch.js';
export { oneHot } from './one-hot.js';
