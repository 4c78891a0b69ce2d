import { FormatError, RandomStream, Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '@convkit/model-io';

/** A file from a header as text and a number of data bytes, so that tests may write what no writer would. */
function fileOf(header: string, data: Uint8Array | number = 0): Uint8Array {
  const json = new TextEncoder().encode(header);
  const tail = typeof data === 'number' ? new Uint8Array(data) : data;
  const file = new Uint8Array(8 + json.length + tail.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(tail, 8 + json.length);
  return file;
}

function errorOf(read: () => unknown): FormatError {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return error as FormatError;
  }
  throw new Error('was read without an error');
}

const entry = (shape: string, begin: number, end: number, dtype = 'F32') => `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

describe('a valid file', () => {
  it('reads what another writer may write: any order, white space, metadata last, a scalar, unaligned data', () => {
    const data = new Uint8Array(new Float32Array([7, 1, 2, 3, 4]).buffer);
    const header = `{ "b" : ${entry('[2,2]', 4, 20)} ,\n\t"a":${entry('[]', 0, 4)},"__metadata__":{"format":"pt","caf\\u00e9":"µ"}}  `;
    const { tensors, metadata } = readSafetensors(fileOf(header, data));
    expect([...tensors.keys()]).toEqual(['a', 'b']);
    expect(tensors.get('a')).toEqual(Tensor.from([], [7]));
    expect(tensors.get('b')).toEqual(Tensor.from([2, 2], [1, 2, 3, 4]));
    expect([...metadata]).toEqual([['format', 'pt'], ['café', 'µ']]);
  });

  it('reads a view into a larger buffer', () => {
    const file = writeSafetensors(new Map([['a', Tensor.from([3], [1, -2, 3])]]));
    const larger = new Uint8Array(file.length + 13);
    larger.set(file, 5);
    expect(readSafetensors(larger.subarray(5, 5 + file.length)).tensors.get('a')).toEqual(Tensor.from([3], [1, -2, 3]));
  });

  it('reads a Buffer of Node, into copies', () => {
    const buffer = Buffer.from(writeSafetensors(new Map([['a', Tensor.from([3], [1, -2, 3])]])));
    const tensor = readSafetensors(buffer).tensors.get('a');
    buffer.fill(0);
    expect(tensor).toEqual(Tensor.from([3], [1, -2, 3]));
  });

  it('widens F16 exactly', () => {
    const halves = [0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0xc000, 0x3555, 0x7bff, 0x7c00, 0xfc00, 0x7e00];
    const values = [0, -0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1, -2, 0.333251953125, 65504, Infinity, -Infinity, NaN];
    const file = fileOf(`{"h":${entry('[12]', 0, 24, 'F16')}}`, new Uint8Array(new Uint16Array(halves).buffer));
    expect([...(readSafetensors(file).tensors.get('h') as Tensor).data]).toEqual(values);
  });

  it('widens BF16 exactly', () => {
    const halves = [0x0000, 0x8000, 0x3f80, 0xc000, 0x4049, 0x7f80, 0xff80, 0x7fc0, 0x0001];
    const values = [0, -0, 1, -2, 3.140625, Infinity, -Infinity, NaN, 2 ** -133];
    const file = fileOf(`{"h":${entry('[9]', 0, 18, 'BF16')}}`, new Uint8Array(new Uint16Array(halves).buffer));
    expect([...(readSafetensors(file).tensors.get('h') as Tensor).data]).toEqual(values);
  });

  it('takes __proto__ as a name like any other', () => {
    const file = fileOf(`{"__proto__":${entry('[1]', 0, 4)},"__metadata__":{"__proto__":"x"}}`, 4);
    const { tensors, metadata } = readSafetensors(file);
    expect([...tensors.keys(), ...metadata.keys()]).toEqual(['__proto__', '__proto__']);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('a bad file is a FormatError that names file, place and code', () => {
  const length = (value: bigint) => {
    const file = fileOf('{}');
    new DataView(file.buffer).setBigUint64(0, value, true);
    return file;
  };
  const rows: [string, Uint8Array, string, RegExp][] = [
    ['an empty file', new Uint8Array(0), 'FILE_TRUNCATED', /the file has 0 bytes/],
    ['seven bytes', new Uint8Array(7), 'FILE_TRUNCATED', /the file has 7 bytes/],
    ['a length of 0', length(0n), 'FILE_HEADER', /should have "\{", at byte 8/],
    ['a length beyond the file', length(3n), 'FILE_TRUNCATED', /should end at byte 11, but the file ends, at byte 10/],
    ['a length beyond the limit', length(16n * 2n ** 20n + 1n), 'FILE_LIMIT', /16777217 bytes long, at byte 0; at most 16777216/],
    ['a length of 2^64 - 1', length(2n ** 64n - 1n), 'FILE_LIMIT', /bytes long, at byte 0/],
    ['something else', new TextEncoder().encode('PK\u0003\u0004 this is a zip file, perhaps'), 'FILE_LIMIT', /at byte 0/],
    ['space before the header', fileOf(' {}'), 'FILE_HEADER', /should have "\{", at byte 8/],
    ['a header that does not end', fileOf('{"a":'), 'FILE_HEADER', /at byte 13/],
    ['a text that does not end', fileOf('{"a'), 'FILE_HEADER', /does not end, at byte 9/],
    ['a text that ends in a backslash', fileOf('{"a\\'), 'FILE_HEADER', /does not end, at byte 9/],
    ['two headers', fileOf('{}{}'), 'FILE_HEADER', /goes on after its closing brace, at byte 10/],
    ['a list as the header', fileOf('[]'), 'FILE_HEADER', /at byte 8/],
    ['200,000 opening brackets', fileOf('['.repeat(200_000)), 'FILE_HEADER', /at byte 8/],
    ['200,000 opening braces', fileOf('{"a":'.repeat(200_000)), 'FILE_HEADER', /unknown or repeated field "a"/],
    ['a deep shape', fileOf(`{"a":{"dtype":"F32","shape":${'['.repeat(100_000)}`), 'FILE_HEADER', /whole number/],
    ['bytes that are not UTF-8', fileOf('{"\u0001\u0001"}').fill(0xff, 10, 12), 'FILE_HEADER', /not JSON in UTF-8, at byte 9/],
    ['a raw control character', fileOf('{"\n":1}'), 'FILE_HEADER', /not JSON in UTF-8, at byte 9/],
    ['a number as metadata', fileOf('{"__metadata__":{"step":1}}'), 'FILE_HEADER', /a text in quotes/],
    ['a name twice', fileOf(`{"a":${entry('[1]', 0, 4)},"a":${entry('[1]', 4, 8)}}`, 8), 'FILE_DUPLICATE', /"a" stands there twice/],
    ['a name twice, once escaped', fileOf(`{"a":${entry('[1]', 0, 4)},"\\u0061":${entry('[1]', 4, 8)}}`, 8), 'FILE_DUPLICATE', /"a" stands there twice/],
    ['metadata twice', fileOf('{"__metadata__":{},"__metadata__":{}}'), 'FILE_DUPLICATE', /"__metadata__" stands there twice/],
    ['a metadata key twice', fileOf('{"__metadata__":{"a":"","a":""}}'), 'FILE_DUPLICATE', /metadata "a"/],
    ['a shape twice', fileOf('{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}', 4), 'FILE_HEADER', /unknown or repeated field "shape"/],
    ['an unknown field', fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":[]}}', 4), 'FILE_HEADER', /field "x"/],
    ['no shape', fileOf('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4), 'FILE_HEADER', /"a" needs dtype, shape and two data_offsets, at byte 9/],
    ['three offsets', fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 8), 'FILE_HEADER', /two data_offsets/],
    ['a negative offset', fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}', 4), 'FILE_HEADER', /whole number/],
    ['an offset of 2^53', fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9007199254740992]}}', 4), 'FILE_HEADER', /whole number below 2\^53/],
    ['a fraction in a shape', fileOf('{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', 4), 'FILE_HEADER', /should have "\]"/],
    ['a leading zero', fileOf('{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}', 4), 'FILE_HEADER', /whole number/],
    ['33 axes', fileOf(`{"a":{"dtype":"F32","shape":[${'1,'.repeat(32)}1],"data_offsets":[0,4]}}`, 4), 'FILE_LIMIT', /more than 32 numbers/],
    ['too many tensors', fileOf(`{${Array.from({ length: 65_537 }, (_, i) => `"${i}":${entry('[1]', 0, 4)}`).join(',')}}`, 4), 'FILE_LIMIT', /more than 65536 tensors/],
    ['an unknown type', fileOf(`{"a":${entry('[1]', 0, 8, 'I64')}}`, 8), 'FILE_DTYPE', /"a" is of type "I64"/],
    ['a type named like a method', fileOf(`{"a":${entry('[1]', 0, 4, 'toString')}}`, 4), 'FILE_DTYPE', /"toString"/],
    ['a shape that does not fit its offsets', fileOf(`{"a":${entry('[2]', 0, 4)}}`, 4), 'FILE_LAYOUT', /F32 \[2\] takes 8 bytes, but has 4/],
    ['a product that overflows', fileOf(`{"a":${entry('[4294967296,4294967296]', 0, 4)}}`, 4), 'FILE_LAYOUT', /larger than any file/],
    ['a product that wraps to the right size in 64 bits', fileOf(`{"a":${entry('[5,5581,8681,49477,384773]', 0, 4)}}`, 4), 'FILE_LAYOUT', /larger than any file/],
    ['a zero axis', fileOf(`{"a":${entry('[0]', 0, 0)}}`), 'FILE_LAYOUT', /axis of 0/],
    ['a zero axis beside a huge one', fileOf(`{"a":${entry('[0,9007199254740991]', 0, 0)}}`), 'FILE_LAYOUT', /axis of 0/],
    ['a zero-size overlap', fileOf(`{"a":${entry('[2]', 0, 8)},"b":${entry('[0]', 4, 4)}}`, 8), 'FILE_LAYOUT', /axis of 0/],
    ['an overlap', fileOf(`{"a":${entry('[2]', 0, 8)},"b":${entry('[2]', 4, 12)}}`, 12), 'FILE_LAYOUT', /"b" overlaps/],
    ['two names for the same data', fileOf(`{"a":${entry('[2]', 0, 8)},"b":${entry('[2]', 0, 8)}}`, 8), 'FILE_LAYOUT', /"b" overlaps/],
    ['a hole', fileOf(`{"a":${entry('[1]', 0, 4)},"b":${entry('[1]', 8, 12)}}`, 12), 'FILE_LAYOUT', /"b" leaves a hole/],
    ['a hole before the first', fileOf(`{"a":${entry('[1]', 4, 8)}}`, 8), 'FILE_LAYOUT', /"a" leaves a hole/],
    ['offsets the wrong way round', fileOf(`{"a":${entry('[1]', 0, 4)},"b":${entry('[1]', 4, 0)}}`, 4), 'FILE_LAYOUT', /"b" F32 \[1\] takes 4 bytes, but has -4/],
    ['data that are cut off', fileOf(`{"a":${entry('[2]', 0, 8)}}`, 7), 'FILE_TRUNCATED', /"a" should end at byte/],
    ['trailing bytes', fileOf(`{"a":${entry('[1]', 0, 4)}}`, 5), 'FILE_LAYOUT', /1 bytes belong to no tensor/],
    ['data without a tensor', fileOf('{}', 4), 'FILE_LAYOUT', /4 bytes belong to no tensor, at byte 10/],
  ];
  it.each(rows)('%s', (_, file, code, message) => {
    const error = errorOf(() => readSafetensors(file, { file: 'bad.safetensors' }));
    expect(error.code).toBe(code);
    expect(error.summary).toMatch(/^bad\.safetensors: /);
    expect(error.summary).toMatch(/at byte \d+/);
    expect(error.summary).toMatch(message);
    expect(error.message.length).toBeLessThan(500);
  });
});

describe('10,000 mutated files', () => {
  it('are each refused with a typed error or read within their bounds, without touching a prototype or the memory', () => {
    const source = writeSafetensors(
      new Map([
        ['conv1.weight', Tensor.from([2, 1, 3], [1, 2, 3, 4, 5, 6])],
        ['conv1.bias', Tensor.from([2], [7, 8])],
        ['scalar', Tensor.from([], [9])],
      ]),
      new Map([['step', '12'], ['__proto__', 'x']]),
    );
    const headerEnd = 8 + Number(new DataView(source.buffer).getBigUint64(0, true));
    const stream = new RandomStream(1, 'mutations');
    const before = process.memoryUsage().rss;
    const counts = { valid: 0, refused: new Map<string, number>() };
    for (let i = 0; i < 10_000; i++) {
      const draws = stream.at(i);
      let file = source.slice();
      for (let change = draws.integer(4); change >= 0; change--) {
        // Mostly inside the header: elsewhere a change only makes other numbers.
        const at = draws.uniform() < 0.8 ? 8 + draws.integer(headerEnd - 8) : draws.integer(file.length);
        const kind = draws.integer(4);
        if (kind === 0) file[Math.min(at, file.length - 1)] = draws.integer(256);
        else if (kind === 1) file[Math.min(at, file.length - 1)] = '{}[]",:0123456789\\ '.charCodeAt(draws.integer(19));
        else if (kind === 2) file = file.slice(0, Math.max(1, at));
        else file = Uint8Array.from([...file.slice(0, at), ...file.slice(draws.integer(file.length))]);
      }
      // Half with the length made right again, so that the deep checks are reached.
      if (i % 2 === 0 && file.length >= 16) {
        const close = file.lastIndexOf('}'.charCodeAt(0));
        new DataView(file.buffer).setBigUint64(0, BigInt(Math.max(0, close + 1 - 8)), true);
      }
      try {
        const { tensors } = readSafetensors(file);
        let bytes = 0;
        for (const tensor of tensors.values()) bytes += tensor.data.byteLength;
        expect(bytes).toBeLessThanOrEqual(file.length);
        counts.valid++;
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        counts.refused.set(error.code, (counts.refused.get(error.code) ?? 0) + 1);
      }
    }
    const refused = [...counts.refused.values()].reduce((sum, n) => sum + n, 0);
    expect(refused + counts.valid).toBe(10_000);
    expect(counts.valid).toBeGreaterThan(0);
    // The mutations reach every kind of check, not only the first.
    expect([...counts.refused.keys()].sort()).toEqual(expect.arrayContaining(['FILE_DTYPE', 'FILE_HEADER', 'FILE_LAYOUT', 'FILE_LIMIT', 'FILE_TRUNCATED']));
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).step).toBeUndefined();
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  });
});
