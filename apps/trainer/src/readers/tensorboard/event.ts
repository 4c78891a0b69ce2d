import type { Histogram } from './histogram.js';
import { bytesField, doubleField, doublesField, floatField, integerField } from './protobuf.js';

/**
 * Messages of TensorBoard.
 *
 * Source: TensorBoard, `compat/proto/event.proto`, `summary.proto`, `histogram.proto`.
 */

/** The first event of a file: what is in it. */
export function versionEvent(wallTime: number): Uint8Array {
  return Buffer.concat([doubleField(1, wallTime), bytesField(3, 'brain.Event:2')]);
}

/**
 * An event that tells values.
 *
 * @param wallTime Seconds since 1970.
 * @param values Of {@link scalarValue}, {@link imageValue}, {@link histogramValue}.
 */
export function summaryEvent(wallTime: number, step: number, values: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([doubleField(1, wallTime), integerField(2, step), bytesField(5, Buffer.concat(values))]);
}

/** A number; rounded to 32 bits, as TensorBoard keeps it. */
export function scalarValue(tag: string, value: number): Uint8Array {
  return summaryValue(tag, floatField(2, value));
}

/** A PNG in colour. */
export function imageValue(tag: string, png: Uint8Array): Uint8Array {
  // Width and height stand at the beginning of every PNG.
  const view = new DataView(png.buffer, png.byteOffset);
  return summaryValue(tag, bytesField(4, Buffer.concat([integerField(1, view.getUint32(20)), integerField(2, view.getUint32(16)), integerField(3, 3), bytesField(4, png)])));
}

/** How values are spread. */
export function histogramValue(tag: string, { min, max, num, sum, sumSquares, limits, counts }: Histogram): Uint8Array {
  const numbers = [min, max, num, sum, sumSquares].map((value, i) => doubleField(i + 1, value));
  return summaryValue(tag, bytesField(5, Buffer.concat([...numbers, doublesField(6, limits), doublesField(7, counts)])));
}

function summaryValue(tag: string, value: Uint8Array): Uint8Array {
  return bytesField(1, Buffer.concat([bytesField(1, tag), value]));
}
