import { OptionError, Tensor } from '@convkit/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '@convkit/model-io';

describe('writeSafetensors', () => {
  it('writes the bytes that the format says', () => {
    const file = writeSafetensors(new Map([['b', Tensor.from([1, 2], [1, 2])], ['a', Tensor.from([], [3])]]), new Map([['k', 'v']]));
    const length = Number(new DataView(file.buffer).getBigUint64(0, true));
    const header = new TextDecoder().decode(file.subarray(8, 8 + length));
    expect(header.trimEnd()).toBe(
      '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]}}',
    );
    expect((8 + length) % 8).toBe(0);
    expect([...new Float32Array(file.slice(8 + length).buffer)]).toEqual([3, 1, 2]);
  });

  it('gives equal bytes whatever the order of the map', () => {
    const a = Tensor.from([2], [1, 2]);
    const b = Tensor.from([1], [3]);
    const one = writeSafetensors(new Map([['a', a], ['b', b]]), new Map([['x', '1'], ['y', '2']]));
    const other = writeSafetensors(new Map([['b', b], ['a', a]]), new Map([['y', '2'], ['x', '1']]));
    expect(one).toEqual(other);
  });

  it('is read back to the bit: any names, shapes and numbers, NaN and -0 too', () => {
    const tensor = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }).chain((shape) => {
      const size = shape.reduce((product, axis) => product * axis, 1);
      return fc.float32Array({ minLength: size, maxLength: size }).map((data) => new Tensor(shape, data));
    });
    const name = fc.string({ unit: 'binary' }).filter((text) => text !== '__metadata__');
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, tensor)), fc.array(fc.tuple(text, text)), (tensors, metadata) => {
        const read = readSafetensors(writeSafetensors(new Map(tensors), new Map(metadata)));
        expect(new Map(read.metadata)).toEqual(new Map(metadata));
        expect(read.tensors.size).toBe(new Map(tensors).size);
        for (const [key, { shape, data }] of new Map(tensors)) {
          expect(read.tensors.get(key)?.shape).toEqual(shape);
          expect(new Uint32Array((read.tensors.get(key) as Tensor).data.slice().buffer)).toEqual(new Uint32Array(data.slice().buffer));
        }
      }),
    );
  });

  it('writes a part of a larger array', () => {
    const whole = new Float32Array([0, 1, 2, 3]);
    const file = writeSafetensors(new Map([['part', new Tensor([2], whole.subarray(1, 3))]]));
    expect(readSafetensors(file).tensors.get('part')).toEqual(Tensor.from([2], [1, 2]));
  });

  it('refuses what no reader takes', () => {
    expect(() => writeSafetensors(new Map([['__metadata__', Tensor.zeros([1])]]))).toThrow(OptionError);
    expect(() => writeSafetensors(new Map(), new Map([['long', 'x'.repeat(16 * 2 ** 20)]]))).toThrow(/at most 16777216/);
    const one = Tensor.zeros([1]);
    expect(() => writeSafetensors(new Map(Array.from({ length: 65_537 }, (_, i) => [String(i), one])))).toThrow(/at most 65536/);
  });
});
