/**
 * SGD with momentum and weight decay as in 2012, per-parameter factors, and learning-rate schedules.
 *
 * @packageDocumentation
 */
export {};
