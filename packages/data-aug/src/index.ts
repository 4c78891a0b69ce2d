/**
 * Image augmentation that draws first and applies afterwards: crops, flips, resizing, PCA colour noise, ten views.
 *
 * @packageDocumentation
 */
export {};
