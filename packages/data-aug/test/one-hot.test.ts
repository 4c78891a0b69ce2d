import { oneHot } from '@convkit/data-aug';
import { OptionError } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';

describe('oneHot', () => {
  it('puts a 1 where the label says', () => {
    const rows = oneHot(Uint8Array.from([2, 0]), 3);
    expect(rows.shape).toEqual([2, 3]);
    expect([...rows.data]).toEqual([0, 0, 1, 1, 0, 0]);
  });

  it.each([3, -1, 0.5, NaN])('refuses the label %s of 3 classes', (label) => {
    expect(() => oneHot([label], 3)).toThrow(OptionError);
  });
});
