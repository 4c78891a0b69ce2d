/**
 * A training loop as a stream of typed events, with exact checkpoints and evaluation; knows no model and no file system.
 *
 * @packageDocumentation
 */
export {};
