import { describe, expect, it } from 'vitest';
import { Column } from '../src/column.js';
import { MovingMean } from '../src/moving-mean.js';

/** The definition, all over again for every value. */
function meanOf(values: readonly number[], span: number): number[] {
  let mean = Number.NaN;
  return values.map((value, i) => {
    if (Number.isFinite(value)) mean = Number.isNaN(mean) ? value : mean + Math.max(1 / span, 1 / (i + 1)) * (value - mean);
    return mean;
  });
}

function columnOf(values: readonly number[]): Column {
  const column = new Column();
  for (const value of values) column.push(value);
  return column;
}

describe('MovingMean', () => {
  it('is the plain mean at first', () => {
    expect([...new MovingMean(columnOf([4, 2, 9])).over(100).values]).toEqual([4, 3, 5]);
  });

  it('goes on where it was, and begins again when its source was cut; each span has its own', () => {
    const values = Array.from({ length: 600 }, (_, i) => Math.sin(i) + i / 100);
    const source = columnOf(values.slice(0, 500));
    const mean = new MovingMean(source);
    expect([...mean.over(10).values]).toEqual(meanOf(values.slice(0, 500), 10));
    for (const value of values.slice(500)) source.push(value);
    expect([...mean.over(10).values]).toEqual(meanOf(values, 10));
    expect([...mean.over(50).values]).toEqual(meanOf(values, 50));
    expect(mean.over(10)).toBe(mean.over(10));
    source.cut(100);
    source.push(7);
    expect([...mean.over(50).values]).toEqual(meanOf([...values.slice(0, 100), 7], 50));
  });

  it('passes over what is not finite', () => {
    expect([...new MovingMean(columnOf([Number.NaN, 2, Infinity, 4])).over(2).values]).toEqual([Number.NaN, 2, 2, 3]);
  });

  it('of a span of one is the source itself', () => {
    const source = columnOf([3, 1]);
    expect(new MovingMean(source).over(1)).toBe(source);
  });
});
