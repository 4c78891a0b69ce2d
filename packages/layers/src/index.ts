/**
 * Layers with hand-written gradients, a stack, initialisers and a summary, on any device.
 *
 * @packageDocumentation
 */
export {};
