import { crc32c } from './crc32c.js';

/**
 * A record of a TFRecord file: its length as 64 bits, the checksum of those, the data, their checksum; all little-endian.
 *
 * Source: TensorFlow, `lib/io/record_writer.h`.
 */
export function tfRecord(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(8 + 4 + data.length + 4);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(masked(crc32c(record.subarray(0, 8))), 8);
  record.set(data, 12);
  record.writeUInt32LE(masked(crc32c(data)), 12 + data.length);
  return record;
}

/** Turned and moved, since the checksum of bytes that hold their own checksum says little. */
function masked(checksum: number): number {
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}
