import { expect, it } from 'vitest';
import { parseTime } from '../src/parse-time.js';

it.each([
  ['90s', 90],
  ['45m', 2700],
  ['2h', 7200],
  ['1.5h', 5400],
  ['0.5s', 0.5],
  ['1h30m', 5400],
  ['1h0m5s', 3605],
  ['1:30:00', 5400],
  ['45:00', 2700],
  ['0:05', 5],
  ['100:00:01', 360_001],
])('%s is %d seconds', (text, seconds) => {
  expect(parseTime(text)).toBe(seconds);
});

it.each(['', '90', '1.5', 'h', '0s', '0:00', '-5m', '5 m', '30m1h', '1:60:00', '1:5:00', '1:30:60', '1:90:00', '1h30', 'soon', '1e3s', `${'9'.repeat(400)}h`])('"%s" is no time', (text) => {
  expect(parseTime(text)).toBe(undefined);
});
