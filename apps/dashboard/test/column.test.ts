import { describe, expect, it } from 'vitest';
import { Column, countBelow } from '../src/column.js';

describe('Column', () => {
  it('holds more numbers than it has room for at first', () => {
    const column = new Column();
    for (let i = 0; i < 1_000; i++) column.push(i / 2);
    expect(column.length).toBe(1_000);
    expect([...column.values]).toEqual(Array.from({ length: 1_000 }, (_, i) => i / 2));
    expect(column.last).toBe(499.5);
  });

  it('counts how often it was made shorter, and only that', () => {
    const column = new Column();
    for (const value of [1, 2, 3]) column.push(value);
    column.cut(3);
    expect(column.cuts).toBe(0);
    column.cut(1);
    expect([...column.values]).toEqual([1]);
    expect(column.cuts).toBe(1);
    column.cut(0);
    expect(column.last).toBeUndefined();
  });
});

describe('countBelow', () => {
  it.each([[-1, 0], [1, 0], [2, 1], [3, 1], [4, 3], [5, 3], [9, 4]])('of 1, 3, 3, 5 are less than %d: %d', (value, count) => {
    expect(countBelow(Float64Array.of(1, 3, 3, 5), value)).toBe(count);
  });
});
