/**
 * Every kernel of a convolutional net as a value, forward and gradients, and devices that run them through gpu.js on WebGPU, WebGL2, WebAssembly and the CPU.
 *
 * @packageDocumentation
 */
export { outputSize } from './plan/output-size.js';
export { ceilPadding } from './plan/ceil-padding.js';
export type { Padding, Pair } from './plan/window.js';
export type { Conv2dAttributes } from './conv2d/geometry.js';
export { conv2dForward } from './conv2d/forward.js';
export { conv2dBackwardInput, type Conv2dBackwardInputAttributes } from './conv2d/backward-input.js';
export { conv2dBackwardWeights, type Conv2dBackwardWeightsAttributes } from './conv2d/backward-weights.js';
export type { LocallyConnectedAttributes } from './locally-connected/geometry.js';
export { locallyConnectedForward } from './locally-connected/forward.js';
export { locallyConnectedBackwardInput, type LocallyConnectedBackwardInputAttributes } from './locally-connected/backward-input.js';
export { locallyConnectedBackwardWeights, type LocallyConnectedBackwardWeightsAttributes } from './locally-connected/backward-weights.js';
export { denseForward } from './dense/forward.js';
export { denseBackwardInput, type DenseBackwardInputAttributes } from './dense/backward-input.js';
export { denseBackwardWeights } from './dense/backward-weights.js';
export { reluForward } from './relu/forward.js';
export { reluBackward } from './relu/backward.js';
export { tanhForward } from './tanh/forward.js';
export { tanhBackward } from './tanh/backward.js';
export { sigmoidForward } from './sigmoid/forward.js';
export { sigmoidBackward } from './sigmoid/backward.js';
export type { LrnAttributes } from './lrn/geometry.js';
export { lrnScale } from './lrn/scale.js';
export { lrnForward } from './lrn/forward.js';
export { lrnBackward } from './lrn/backward.js';
export type { LrnWithinChannelAttributes } from './lrn-within-channel/geometry.js';
export { lrnWithinChannelScale } from './lrn-within-channel/scale.js';
export { lrnWithinChannelBackward } from './lrn-within-channel/backward.js';
export type { PoolAttributes } from './plan/pool-geometry.js';
export { maxPoolForward } from './max-pool/forward.js';
export { maxPoolBackward } from './max-pool/backward.js';
export { avgPoolForward } from './avg-pool/forward.js';
export { avgPoolBackward, type AvgPoolBackwardAttributes } from './avg-pool/backward.js';
export { dropout, type DropoutAttributes } from './dropout/dropout.js';
export { concatChannels } from './channels/concat-channels.js';
export { sliceChannels, type SliceChannelsAttributes } from './channels/slice-channels.js';
export { scale, type ScaleAttributes } from './elementwise/scale.js';
export { add } from './elementwise/add.js';
export { transpose } from './transpose/transpose.js';
export { sumRows, type SumRowsAttributes } from './reduce/sum-rows.js';
export { splitsFor } from './reduce/splits-for.js';
export { logSumExpRows } from './softmax/log-sum-exp-rows.js';
export { softmax } from './softmax/softmax.js';
export { labelRank } from './softmax/label-rank.js';
export { crossEntropyForward } from './cross-entropy/forward.js';
export { crossEntropyBackward, type CrossEntropyBackwardAttributes } from './cross-entropy/backward.js';
export { gpuDeviceNames, openGpuDevice, type GpuDeviceName, type GpuDeviceOptions } from './gpujs/open-gpu-device.js';
export { probeDevices, type DeviceProbe } from './gpujs/probe-devices.js';
