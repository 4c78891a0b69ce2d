/**
 * Layers with hand-written gradients, a stack, initialisers and a summary, on any device.
 *
 * @packageDocumentation
 */
export type { BackwardInput, BackwardOutput, ForwardInput, ForwardMode, ForwardOutput, Layer, LayerDevice, LayerPart, ParameterSpec } from './layer.js';
export { constant, gaussian, heNormal, uniform, zeros, type Initialiser } from './initialisers.js';
export type { WindowOptions } from './window.js';
export type { PoolOptions } from './pool-window.js';
export { avgPool } from './avg-pool.js';
export { columns, type ColumnsOptions } from './columns.js';
export { conv2d, type Conv2dOptions } from './conv2d.js';
export { dense, type DenseOptions } from './dense.js';
export { dropout, type DropoutOptions } from './dropout.js';
export { locallyConnected, type LocallyConnectedOptions } from './locally-connected.js';
export { lrn, type LrnOptions } from './lrn.js';
export { lrnWithinChannel, type LrnWithinChannelOptions } from './lrn-within-channel.js';
export { maxPool } from './max-pool.js';
export { relu } from './relu.js';
export { sigmoid } from './sigmoid.js';
export { softmaxCrossEntropy, type LossPass } from './softmax-cross-entropy.js';
export { tanh } from './tanh.js';
export { Sequential, type Gradients, type Pass } from './sequential.js';
export { Tape, type TapeStep } from './tape.js';
export { addGradients } from './add-gradients.js';
export { downloadParameters, releaseAll, uploadParameters } from './parameters.js';
export { formatSummary, summarise, type Summary, type SummaryRow } from './summarise.js';
