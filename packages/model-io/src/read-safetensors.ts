import { FormatError, Tensor, formatShape } from '@convkit/tensor';
import { formatErrorAt, limits, parseHeader, quote, type HeaderEntry } from './safetensors-header.js';

/** What a safetensors file holds. */
export interface SafetensorsContent {
  /** Tensors by name, in the order of their data. */
  readonly tensors: Map<string, Tensor>;
  /** The texts under `__metadata__`. */
  readonly metadata: Map<string, string>;
}

/** Options of {@link readSafetensors}. */
export interface ReadSafetensorsOptions {
  /** What messages call the file; `safetensors` by default. */
  readonly file?: string;
}

/**
 * Reads a safetensors file. Nothing in it is trusted: lengths, limits, names, shapes and offsets are checked before a tensor is made, and a bad file is always a {@link FormatError}.
 * `F32` is taken as it is, `F16` and `BF16` are widened, which is exact.
 * Format: https://github.com/huggingface/safetensors#format
 *
 * @param bytes The whole file. Tensors are copies, so it may be dropped afterwards.
 * @throws FormatError `FILE_TRUNCATED`, `FILE_HEADER`, `FILE_LIMIT`, `FILE_DUPLICATE`, `FILE_DTYPE`, `FILE_LAYOUT`; the message has the file name and the offset.
 * @example
 * ```ts
 * import { Tensor } from '@convkit/tensor';
 * import { readSafetensors, writeSafetensors } from '@convkit/model-io';
 *
 * const file = writeSafetensors(new Map([['conv1.bias', Tensor.from([2], [0.5, -1])]]), new Map([['step', '100']]));
 * const { tensors, metadata } = readSafetensors(file, { file: 'tiny.safetensors' });
 * console.log(tensors.get('conv1.bias')?.data, metadata.get('step')); // Float32Array(2) [ 0.5, -1 ] 100
 * ```
 */
export function readSafetensors(bytes: Uint8Array, options: ReadSafetensorsOptions = {}): SafetensorsContent {
  const file = options.file ?? 'safetensors';
  const dataStart = readHeaderEnd(bytes, file);
  const { entries, metadata } = parseHeader(bytes, 8, dataStart, file);
  const ordered = [...entries].sort(([, a], [, b]) => a.offsets[0] - b.offsets[0]);
  let next = dataStart;
  for (const [name, entry] of ordered) next = checkEntry(name, entry, dataStart, next, bytes.length, file);
  if (next !== bytes.length) throw formatErrorAt(file, 'FILE_LAYOUT', `${bytes.length - next} bytes belong to no tensor`, next);
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, offsets }] of ordered) {
    // Not `slice`, which Node's Buffer overrides with one that does not copy.
    tensors.set(name, new Tensor(shape, decoders[dtype](new Uint8Array(bytes.subarray(dataStart + offsets[0], dataStart + offsets[1])))));
  }
  return { tensors, metadata: new Map(metadata) };
}

/** Offset of the first byte after the header. */
function readHeaderEnd(bytes: Uint8Array, file: string): number {
  if (bytes.length < 8) throw formatErrorAt(file, 'FILE_TRUNCATED', `the file has ${bytes.length} bytes, but begins with a length of 8 bytes`, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > limits.headerBytes) {
    throw new FormatError({
      code: 'FILE_LIMIT',
      message: `${file}: the header would be ${length} bytes long, at byte 0; at most ${limits.headerBytes} are read.`,
      help: 'check that this is a safetensors file; its first 8 bytes tell the length of its header.',
    });
  }
  if (8 + length > bytes.length) {
    throw formatErrorAt(file, 'FILE_TRUNCATED', `the header should end at byte ${8 + length}, but the file ends`, bytes.length);
  }
  return 8 + length;
}

/** Checks one tensor against the file and its neighbour before it; returns where its data end. All offsets here count from the file's first byte. */
function checkEntry(name: string, { dtype, shape, offsets }: HeaderEntry, dataStart: number, expected: number, length: number, file: string): number {
  const begin = dataStart + offsets[0];
  const end = dataStart + offsets[1];
  if (!Object.hasOwn(elementBytes, dtype)) {
    throw new FormatError({
      code: 'FILE_DTYPE',
      message: `${file}: ${quote(name)} is of type ${quote(dtype)}, at byte ${begin}, which is not read.`,
      help: `save it as one of ${Object.keys(elementBytes).join(', ')}.`,
    });
  }
  if (shape.includes(0)) throw formatErrorAt(file, 'FILE_LAYOUT', `${quote(name)} ${formatShape(shape)} has an axis of 0`, begin);
  if (begin !== expected) throw formatErrorAt(file, 'FILE_LAYOUT', `${quote(name)} ${begin < expected ? 'overlaps the tensor before it' : 'leaves a hole before it'}`, begin);
  let size = elementBytes[dtype];
  for (const axis of shape) {
    size *= axis;
    if (!Number.isSafeInteger(size)) throw formatErrorAt(file, 'FILE_LAYOUT', `${quote(name)} ${formatShape(shape)} is larger than any file`, begin);
  }
  if (size !== end - begin) throw formatErrorAt(file, 'FILE_LAYOUT', `${quote(name)} ${dtype} ${formatShape(shape)} takes ${size} bytes, but has ${end - begin}`, begin);
  if (end > length) throw formatErrorAt(file, 'FILE_TRUNCATED', `${quote(name)} should end at byte ${end}, but the file ends`, length);
  return end;
}

const elementBytes: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 };

/** Each takes a copy of its own, aligned by that. All platforms with typed arrays in use are little-endian, like the file. */
const decoders: Readonly<Record<string, (bytes: Uint8Array) => Float32Array>> = {
  F32: (bytes) => new Float32Array(bytes.buffer),
  F16: (bytes) => Float32Array.from(new Uint16Array(bytes.buffer), widenHalf),
  BF16: (bytes) => new Float32Array(Uint32Array.from(new Uint16Array(bytes.buffer), (half) => half << 16).buffer),
};

/** IEEE 754 binary16 to a number: sign, 5 bits of exponent with bias 15, 10 bits of fraction. */
function widenHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
