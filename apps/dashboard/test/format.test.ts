import { describe, expect, it } from 'vitest';
import { compact, count, duration, loss, milliseconds, percent, significant } from '../src/format.js';

describe('numbers for people', () => {
  it.each([
    [count(1_234_567), '1,234,567'],
    [compact(950), '950'],
    [compact(12_340), '12.3k'],
    [compact(2_500_000), '2.5M'],
    [significant(0.01), '0.01'],
    [significant(0.0001234), '1.23e−4'],
    [significant(0.0001), '1e−4'],
    [significant(1_230_000), '1.23e6'],
    [significant(0), '0'],
    [significant(undefined), '–'],
    [loss(2.30259), '2.303'],
    [loss(Number.NaN), '–'],
    [percent(0.8934), '89.3 %'],
    [percent(undefined), '–'],
    [milliseconds(3.456), '3.46 ms'],
    [milliseconds(345.6), '346 ms'],
    [duration(59.6), '1 min 0 s'],
    [duration(3_725), '1 h 2 min'],
    [duration(200_000), '2 d 7 h'],
    [duration(-3), '0 s'],
    [duration(Infinity), '–'],
  ])('%s', (text, wanted) => expect(text).toBe(wanted));
});
