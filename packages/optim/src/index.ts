/**
 * SGD with momentum and weight decay as in 2012 or as in PyTorch, per-parameter factors, and learning-rate schedules.
 *
 * @packageDocumentation
 */
export { sgd, type Optimiser, type SgdOptions } from './sgd.js';
export { clipped, type ClippedOptions } from './clipped.js';
export { averaged, type AveragedOptions } from './averaged.js';
export { factorsBy, type FactorRule, type Factors } from './factors.js';
export { sgdVelocity, type SgdVelocityAttributes } from './sgd-velocity.js';
export { sgdApply, type SgdApplyAttributes } from './sgd-apply.js';
export { sumSquares } from './sum-squares.js';
export { clipFactor, type ClipFactorAttributes } from './clip-factor.js';
export { clipGradient } from './clip-gradient.js';
export { averageWeights, type AverageWeightsAttributes } from './average-weights.js';
export type { ParameterRates, ParameterSchedule, PastEvaluation, Progress, Schedule } from './schedule/progress.js';
export type { ScheduleUnit } from './schedule/checks.js';
export { constantRate } from './schedule/constant-rate.js';
export { stepRate, type StepRateOptions } from './schedule/step-rate.js';
export { manualRate, type ManualRateOptions } from './schedule/manual-rate.js';
export { dexpRate, type DexpRateOptions } from './schedule/dexp-rate.js';
export { cosineRate, type CosineRateOptions } from './schedule/cosine-rate.js';
export { polynomialRate, type PolynomialRateOptions } from './schedule/polynomial-rate.js';
export { plateauRate, type PlateauRateOptions } from './schedule/plateau-rate.js';
export { warmUp, type WarmUpOptions } from './schedule/warm-up.js';
export { scheduleBy, type ScheduleRule } from './schedule/schedule-by.js';
