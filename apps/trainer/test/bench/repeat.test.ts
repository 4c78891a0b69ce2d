import { describe, expect, it } from 'vitest';
import { median, repeat } from '../../src/bench/repeat.js';

/** Spans of work that takes as long as the list says, and 5 from then on. */
async function spans(list: number[], times: number, milliseconds: number): Promise<number[]> {
  let now = 1000;
  return repeat(async () => void (now += list.shift() ?? 5), { times, milliseconds }, () => now);
}

describe('repeat', () => {
  it('goes on until both the times and the milliseconds are reached', async () => {
    expect(await spans([7, 3], 3, 0)).toEqual([7, 3, 5]);
    expect(await spans([7, 3], 1, 15)).toEqual([7, 3, 5]);
    expect(await spans([900], 1, 15)).toEqual([900]);
    expect(await spans([900], 2, 15)).toEqual([900, 5]);
  });

  it('fails with the work', async () => {
    await expect(repeat(() => Promise.reject(new Error('broken')), { times: 3, milliseconds: 0 })).rejects.toThrow('broken');
  });
});

describe('median', () => {
  it('is the middle one, or the mean of the two in the middle', () => {
    expect(median([9, 1, 100])).toBe(9);
    expect(median([10, 2, 4, 100])).toBe(7);
    expect(median([3])).toBe(3);
    expect(median([])).toBe(0);
  });
});
