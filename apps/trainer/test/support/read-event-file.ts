/** A reader of TensorBoard's files as their formats are described, written apart from the code that writes them. */

/** A value of a summary. */
interface ReadValue {
  readonly tag: string;
  readonly number?: number;
  readonly image?: { readonly height: number; readonly width: number; readonly colours: number; readonly png: Uint8Array };
  readonly histogram?: { readonly min: number; readonly max: number; readonly num: number; readonly sum: number; readonly sumSquares: number; readonly limits: readonly number[]; readonly counts: readonly number[] };
}

/** An event of a file. */
export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly version: string | undefined;
  readonly values: readonly ReadValue[];
}

/** The bytes are not what they should be. */
export class BadEventFile extends Error {}

/** Events of all whole records. A file may end anywhere; in front of its end everything must be right. @throws BadEventFile */
export function readEventFile(bytes: Uint8Array): readonly ReadEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: ReadEvent[] = [];
  for (let at = 0; ; ) {
    if (at + 12 > bytes.length) return events;
    checkSum(bytes.subarray(at, at + 8), view.getUint32(at + 8, true), 'the length');
    const length = Number(view.getBigUint64(at, true));
    if (at + 16 + length > bytes.length) return events;
    const data = bytes.subarray(at + 12, at + 12 + length);
    checkSum(data, view.getUint32(at + 12 + length, true), 'the data');
    events.push(readEvent(data));
    at += 16 + length;
  }
}

/** masked = rotate right by 15, plus 0xa282ead8, modulo 2³². */
function checkSum(bytes: Uint8Array, masked: number, what: string): void {
  const sum = BigInt(crc32cOf(bytes));
  const rotated = ((sum >> 15n) | (sum << 17n)) % 2n ** 32n;
  if ((rotated + 0xa282ead8n) % 2n ** 32n !== BigInt(masked)) throw new BadEventFile(`the checksum of ${what} does not fit`);
}

/** CRC-32C bit by bit: the remainder of a division by 0x1EDC6F41, lowest bit first, begun and ended with all bits turned. */
export function crc32cOf(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const out = (rest ^ (byte >> bit)) & 1;
      rest >>>= 1;
      if (out === 1) rest = (rest ^ 0x82f63b78) >>> 0;
    }
  }
  return (rest ^ 0xffffffff) >>> 0;
}

type Field = number | bigint | Uint8Array;

/** Fields of a message by number, each with what its wire type gives: whole numbers as bigint, numbers of 32 and 64 bits, and bytes. */
function readMessage(bytes: Uint8Array): Map<number, Field[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<number, Field[]>();
  let at = 0;
  const take = (count: number) => {
    if (count > bytes.length - at) throw new BadEventFile('a field is longer than its message');
    at += count;
    return at - count;
  };
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = BigInt(bytes[take(1)]);
      value |= (byte & 127n) << shift;
      if (byte < 128n) return value;
    }
    throw new BadEventFile('a whole number does not end');
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const number = Math.floor(key / 8);
    const wire = key % 8;
    let value: Field;
    if (wire === 0) value = varint();
    else if (wire === 1) value = view.getFloat64(take(8), true);
    else if (wire === 5) value = view.getFloat32(take(4), true);
    else if (wire === 2) {
      const length = Number(varint());
      const start = take(length);
      value = bytes.subarray(start, start + length);
    } else throw new BadEventFile(`wire type ${wire}`);
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

function readEvent(bytes: Uint8Array): ReadEvent {
  const fields = readMessage(bytes);
  const [version, summary] = [fields.get(3)?.[0], fields.get(5)?.[0]];
  return {
    wallTime: numberOf(fields.get(1)?.[0]),
    step: Number(fields.get(2)?.[0] ?? 0n),
    version: version === undefined ? undefined : textOf(version),
    values: summary === undefined ? [] : (readMessage(bytesOf(summary)).get(1) ?? []).map((value) => readValue(bytesOf(value))),
  };
}

function readValue(bytes: Uint8Array): ReadValue {
  const fields = readMessage(bytes);
  const [number, image, histogram] = [2, 4, 5].map((field) => fields.get(field)?.[0]);
  return {
    tag: textOf(fields.get(1)?.[0]),
    ...(number === undefined ? {} : { number: numberOf(number) }),
    ...(image === undefined ? {} : { image: readImage(readMessage(bytesOf(image))) }),
    ...(histogram === undefined ? {} : { histogram: readHistogram(readMessage(bytesOf(histogram))) }),
  };
}

function readImage(fields: Map<number, Field[]>): NonNullable<ReadValue['image']> {
  return { height: Number(fields.get(1)?.[0]), width: Number(fields.get(2)?.[0]), colours: Number(fields.get(3)?.[0]), png: bytesOf(fields.get(4)?.[0]) };
}

function readHistogram(fields: Map<number, Field[]>): NonNullable<ReadValue['histogram']> {
  const [min, max, num, sum, sumSquares] = [1, 2, 3, 4, 5].map((field) => numberOf(fields.get(field)?.[0]));
  return { min, max, num, sum, sumSquares, limits: doublesOf(fields.get(6)?.[0]), counts: doublesOf(fields.get(7)?.[0]) };
}

function numberOf(field: Field | undefined): number {
  if (typeof field === 'number') return field;
  throw new BadEventFile('a number is missing');
}

function bytesOf(field: Field | undefined): Uint8Array {
  if (field instanceof Uint8Array) return field;
  throw new BadEventFile('bytes are missing');
}

function textOf(field: Field | undefined): string {
  return new TextDecoder().decode(bytesOf(field));
}

function doublesOf(field: Field | undefined): readonly number[] {
  const bytes = bytesOf(field);
  if (bytes.length % 8 !== 0) throw new BadEventFile('packed numbers of 64 bits that are no whole number of them');
  return Array.from({ length: bytes.length / 8 }, (_, i) => new DataView(bytes.buffer, bytes.byteOffset).getFloat64(8 * i, true));
}
