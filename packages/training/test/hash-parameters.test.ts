import { createHash } from 'node:crypto';
import { Tensor } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { hashParameters } from '@convkit/training';

it('is SHA-256 over the float bytes in the order of the names', async () => {
  const a = Tensor.from([2], [1, -2]);
  const whole = new Float32Array([9, 3, 9]);
  const b = new Tensor([1], whole.subarray(1, 2));
  const expected = createHash('sha256').update(new Uint8Array(new Float32Array([1, -2, 3]).buffer)).digest('hex');
  expect(await hashParameters(new Map([['b', b], ['a', a]]))).toBe(expected);
  expect(await hashParameters(new Map([['a', b], ['b', a]]))).not.toBe(expected);
  expect(await hashParameters(new Map())).toBe(createHash('sha256').digest('hex'));
});
