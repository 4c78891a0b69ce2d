import { expect, it } from 'vitest';
import { KernelCache } from '../../src/gpujs/kernel-cache.js';

it('keeps what was used last, and destroys what makes room', () => {
  const destroyed: string[] = [];
  const cache = new KernelCache<string>(2, (kernel) => destroyed.push(kernel));
  cache.add('a', 'A');
  cache.add('b', 'B');
  expect(cache.get('a')).toBe('A');
  cache.add('c', 'C');
  expect(destroyed).toEqual(['B']);
  expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.size]).toEqual(['A', undefined, 'C', 2]);
  cache.clear();
  expect(destroyed).toEqual(['B', 'A', 'C']);
  expect(cache.size).toBe(0);
});
