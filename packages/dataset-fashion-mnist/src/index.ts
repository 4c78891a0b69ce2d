/**
 * Fashion-MNIST as a package: 60,000 training and 10,000 test images, no download at run time.
 *
 * @packageDocumentation
 */
export {};
