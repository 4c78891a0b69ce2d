import { splitsFor, sumRows } from '@convkit/kernels-gpu';
import { sizeOf, type DeviceTensor, type Shape } from '@convkit/tensor';
import type { LayerDevice } from './layer.js';

/**
 * The gradient of every bias: sums `dy` over all axes before those of the bias, which are its last.
 * On devices with a watchdog it sums slabs of whole samples first. `dy` is borrowed.
 */
export async function biasGradient(device: LayerDevice, dy: DeviceTensor, bias: Shape): Promise<DeviceTensor> {
  const columns = sizeOf(bias);
  const splits = splitsFor(device.limits, dy.shape[0], sizeOf(dy.shape.slice(1)) / columns);
  const sums = await device.run(sumRows, [dy], { columns, splits });
  return device.reshape(splits === 1 ? sums : await device.run(sumRows, [sums], { columns, splits: 1 }, { donate: [sums] }), bias);
}
