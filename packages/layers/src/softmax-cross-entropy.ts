import { crossEntropyBackward, crossEntropyForward, labelRank, logSumExpRows } from '@convkit/kernels-gpu';
import { ShapeError, formatShape, sameShape, type Device, type DeviceTensor } from '@convkit/tensor';
import { LayerScope } from './layer-scope.js';

/** What {@link softmaxCrossEntropy} makes. All of it belongs to the caller, who lets go of it by {@link LossPass.release} or `using`. */
export interface LossPass extends Disposable {
  /** Loss of each sample, `[N]`: minus the log-probability of its target. */
  readonly losses: DeviceTensor;
  /** Rank of each sample's label among the logits, `[N]`: 0 when it is the largest, below 5 when it is among the best five. Equal logits, and logits that are no numbers, count against the label. */
  readonly ranks: DeviceTensor;
  /**
   * Gradient of the mean loss by the logits, `[N, C]`, the caller's own. Logits and targets must still live. May be called while the pass lives.
   *
   * @param samples Of the mean; by default N. Of a part of a batch the samples of the whole: the gradients of all parts then add up to those of the whole.
   */
  backward(samples?: number): Promise<DeviceTensor>;
  /** Releases everything the pass still holds. */
  release(): void;
}

/**
 * Softmax and cross-entropy in one, the head on top of a stack: for each sample `sum_c t_c (log sum_j exp z_j - z_c)`.
 * Reads nothing back.
 *
 * @param logits `[N, C]`, borrowed until the pass is released.
 * @param targets `[N, C]`: one-hot rows, or probabilities; borrowed until the pass is released.
 * @throws ShapeError `SHAPE_MISMATCH`
 *
 * @example
 * ```ts
 * import { softmaxCrossEntropy } from '@convkit/layers';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using logits = await device.upload([1, 2], new Float32Array([0, 0]), 'logits');
 * using targets = await device.upload([1, 2], new Float32Array([1, 0]), 'targets');
 * using loss = await softmaxCrossEntropy(device, logits, targets);
 * using dlogits = await loss.backward();
 * console.log((await device.download(loss.losses)).data, (await device.download(dlogits)).data); // Float32Array(1) [ 0.693… ] Float32Array(2) [ -0.5, 0.5 ]
 * ```
 */
export async function softmaxCrossEntropy(device: Device, logits: DeviceTensor, targets: DeviceTensor): Promise<LossPass> {
  if (logits.shape.length !== 2 || !sameShape(logits.shape, targets.shape)) {
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: 'softmaxCrossEntropy: logits and targets must both be [N, C].',
      values: { logits: formatShape(logits.shape), targets: formatShape(targets.shape) },
    });
  }
  const scope = new LayerScope(device);
  const { run } = scope.deviceFor('loss');
  try {
    const lse = await run(logSumExpRows, [logits], {});
    const losses = await run(crossEntropyForward, [logits, lse, targets], {});
    const ranks = await run(labelRank, [logits, targets], {});
    return {
      losses,
      ranks,
      backward: (samples = logits.shape[0]) => device.run(crossEntropyBackward, [logits, lse, targets], { factor: 1 / samples }, { label: 'loss.dlogits' }),
      release: () => scope.releaseAll(),
      [Symbol.dispose]: () => scope.releaseAll(),
    };
  } catch (error) {
    scope.releaseAll();
    throw error;
  }
}
