import { describe, expect, it } from 'vitest';
import { Series } from '../src/series.js';

describe('Series', () => {
  it('lets a row of an earlier step take the place of that step and of all that followed', () => {
    const series = new Series(['loss', 'top1']);
    for (const step of [1, 2, 3, 4]) series.put(step, { loss: step, top1: step / 10 });
    series.put(3, { loss: 33, top1: null });
    expect([...series.steps.values]).toEqual([1, 2, 3]);
    expect([...series.column('loss').values]).toEqual([1, 2, 33]);
    expect([...series.column('top1').values]).toEqual([0.1, 0.2, Number.NaN]);
  });

  it('forgets what came from a step on', () => {
    const series = new Series(['lr']);
    for (const step of [10, 20, 30]) series.put(step, { lr: 1 });
    series.dropFrom(21);
    expect([...series.steps.values]).toEqual([10, 20]);
    series.dropFrom(10);
    expect([series.length, series.column('lr').length]).toEqual([0, 0]);
  });
});
