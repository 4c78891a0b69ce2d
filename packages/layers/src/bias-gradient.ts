import { splitsFor, sumRows } from '@convkit/kernels-gpu';
import type { DeviceTensor } from '@convkit/tensor';
import type { LayerDevice } from './layer.js';

/**
 * Sums a tensor over all its axes but the last, `[..., K]` to `[K]`: the gradient of every bias.
 * On devices with a watchdog it sums slabs of whole samples first. `dy` is borrowed.
 */
export async function biasGradient(device: LayerDevice, dy: DeviceTensor): Promise<DeviceTensor> {
  const [samples, ...rest] = dy.shape;
  const columns = dy.shape[dy.shape.length - 1];
  const rowsPerSample = rest.slice(0, -1).reduce((rows, axis) => rows * axis, 1);
  const splits = splitsFor(device.limits, samples, rowsPerSample);
  const sums = await device.run(sumRows, [dy], { columns, splits });
  return splits === 1 ? sums : device.run(sumRows, [sums], { columns, splits: 1 }, { donate: [sums] });
}
