import { expect, it } from 'vitest';
import { ArrayPool } from '../../src/gpujs/array-pool.js';

it('gives an array out again to whoever asks for that length, once', () => {
  const pool = new ArrayPool();
  const array = pool.take(10);
  expect(array).toHaveLength(10);
  pool.give(array);
  expect(pool.take(11)).not.toBe(array);
  expect(pool.take(10)).toBe(array);
  expect(pool.take(10)).not.toBe(array);
});

it('keeps as much idle as is in use and 64 MiB, no more', () => {
  const pool = new ArrayPool();
  const large = 2 ** 23;
  const taken = Array.from({ length: 6 }, () => pool.take(large));
  for (const array of taken) pool.give(array);
  const known = new Set(taken);
  expect(Array.from({ length: 6 }, () => pool.take(large)).filter((array) => known.has(array))).toHaveLength(4);
});

it('forgets what is idle when it is cleared', () => {
  const pool = new ArrayPool();
  const array = pool.take(3);
  pool.give(array);
  pool.clear();
  expect(pool.take(3)).not.toBe(array);
});
