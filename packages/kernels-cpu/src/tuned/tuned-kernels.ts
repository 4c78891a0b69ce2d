import type { Tuned } from '../tuned.js';
import { tunedAvgPool } from './avg-pool.js';
import { tunedChannels } from './channels.js';
import { tunedConv2d } from './conv2d.js';
import { tunedDense } from './dense.js';
import { tunedElementwise } from './elementwise.js';
import { tunedLocallyConnected } from './locally-connected.js';
import { tunedLrn } from './lrn.js';
import { tunedLrnWithinChannel } from './lrn-within-channel.js';
import { tunedMaxPool } from './max-pool.js';
import { tunedReduce } from './reduce.js';
import { tunedSoftmax } from './softmax.js';
import { tunedTransposes } from './transpose.js';

/** The kernels this device has code for, by their specs. All others run by their bodies. */
export const tunedKernels: ReadonlyMap<object, Tuned> = new Map([
  ...tunedConv2d,
  ...tunedLocallyConnected,
  ...tunedDense,
  ...tunedTransposes,
  ...tunedChannels,
  ...tunedLrn,
  ...tunedLrnWithinChannel,
  ...tunedMaxPool,
  ...tunedAvgPool,
  ...tunedElementwise,
  ...tunedReduce,
  ...tunedSoftmax,
]);
