/**
 * Fields of protocol buffers, by number; the bytes of a message are those of its fields one after the other, and `Buffer.concat` makes it.
 *
 * Source: https://protobuf.dev/programming-guides/encoding
 */

/** A whole number of at least 0, seven bits a byte. */
export function integerField(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(8 * field), ...varint(value)]);
}

/** A number of 64 bits. */
export function doubleField(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(9, 8 * field + 1);
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

/** A number of 32 bits. */
export function floatField(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(5, 8 * field + 5);
  bytes.writeFloatLE(value, 1);
  return bytes;
}

/** Bytes, a text in UTF-8, or a message. */
export function bytesField(field: number, value: Uint8Array | string): Uint8Array {
  const bytes = Buffer.from(value);
  return Buffer.concat([Uint8Array.from([...varint(8 * field + 2), ...varint(bytes.length)]), bytes]);
}

/** Numbers of 64 bits, packed. */
export function doublesField(field: number, values: readonly number[]): Uint8Array {
  return bytesField(field, new Uint8Array(Float64Array.from(values).buffer));
}

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [128 + (value % 128), ...varint(Math.floor(value / 128))];
}
