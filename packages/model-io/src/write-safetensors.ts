import { OptionError, type Tensor } from '@convkit/tensor';
import { limits, metadataKey, quote } from './safetensors-header.js';

/**
 * Writes tensors as one safetensors file, type `F32`. Equal content gives equal bytes: tensors and metadata stand in the order of their names (by UTF-16 units),
 * and the header is filled up with spaces so that the data begin at a multiple of 8.
 *
 * @returns The whole file, which {@link readSafetensors} reads back to the bit.
 * @throws OptionError `OPTION_INVALID` when a tensor is called `__metadata__` or the header is beyond what readers accept.
 * @example
 * ```ts
 * import { Tensor } from '@convkit/tensor';
 * import { writeSafetensors } from '@convkit/model-io';
 *
 * const file = writeSafetensors(new Map([['fc8.bias', Tensor.zeros([10])]]), new Map([['model', 'alexnet-mini']]));
 * console.log(file.length % 8); // 0
 * ```
 */
export function writeSafetensors(tensors: ReadonlyMap<string, Tensor>, metadata: ReadonlyMap<string, string> = new Map()): Uint8Array {
  if (tensors.has(metadataKey)) throw new OptionError({ code: 'OPTION_INVALID', message: `a tensor cannot be called ${quote(metadataKey)}: the format keeps that name for metadata.` });
  if (tensors.size > limits.tensors) throw new OptionError({ code: 'OPTION_INVALID', message: `${tensors.size} tensors are too many for one file: at most ${limits.tensors}.` });
  const ordered = byName(tensors);
  const fields: string[] = [];
  if (metadata.size > 0) fields.push(`"${metadataKey}":{${byName(metadata).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`);
  let end = 0;
  for (const [name, { shape, data }] of ordered) {
    const begin = end;
    end += data.byteLength;
    fields.push(`${JSON.stringify(name)}:{"dtype":"F32","shape":[${shape.join(',')}],"data_offsets":[${begin},${end}]}`);
  }
  const header = new TextEncoder().encode(`{${fields.join(',')}}`);
  const headerBytes = Math.ceil(header.length / 8) * 8;
  if (headerBytes > limits.headerBytes) throw new OptionError({ code: 'OPTION_INVALID', message: `names and metadata take ${headerBytes} bytes: at most ${limits.headerBytes}.` });
  const file = new Uint8Array(8 + headerBytes + end);
  new DataView(file.buffer).setUint32(0, headerBytes, true);
  file.set(header, 8);
  file.fill(0x20, 8 + header.length, 8 + headerBytes);
  let at = 8 + headerBytes;
  for (const [, { data }] of ordered) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

function byName<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
