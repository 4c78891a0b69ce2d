/**
 * SGD with momentum and weight decay as in 2012, per-parameter factors, and learning-rate schedules.
 *
 * @packageDocumentation
 */
export { sgd, type Optimiser, type SgdOptions } from './sgd.js';
export { factorsBy, type FactorRule, type Factors } from './factors.js';
export { sgdVelocity, type SgdVelocityAttributes } from './sgd-velocity.js';
export { sgdApply } from './sgd-apply.js';
export { constantRate, stepRate, type Progress, type Schedule, type StepRateOptions } from './schedule.js';
