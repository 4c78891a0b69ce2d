import { Tensor } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { hashParameters } from '@convkit/training';

it('is SHA-256 over the float bytes in the order of the names', async () => {
  const a = Tensor.from([2], [1, -2]);
  const whole = new Float32Array([9, 3, 9]);
  const b = new Tensor([1], whole.subarray(1, 2));
  // Of the floats 1, -2, 3: printf '\x00\x00\x80\x3f\x00\x00\x00\xc0\x00\x00\x40\x40' | sha256sum
  const expected = 'ac978ce15eb7dbe01f91051ad6a5f4f33ca11e1f0ea871a33a30fe9cf30823de';
  expect(await hashParameters(new Map([['b', b], ['a', a]]))).toBe(expected);
  expect(await hashParameters(new Map([['a', b], ['b', a]]))).not.toBe(expected);
  expect(await hashParameters(new Map())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
