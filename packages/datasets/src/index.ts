/**
 * IDX, CIFAR and image-folder readers behind one interface, and a seeded, resumable sampler.
 *
 * @packageDocumentation
 */
export {};
