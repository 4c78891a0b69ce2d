import { expect, it } from 'vitest';
import { bar, commandName, count, duration, number, percent } from '../src/wording.js';

it('words numbers for people', () => {
  expect([0, 999.6, 60_965_224].map(count)).toEqual(['0', '1,000', '60,965,224']);
  expect([0, 0.8476, 1].map(percent)).toEqual(['0.0 %', '84.8 %', '100.0 %']);
  expect([0.01, 0.0015874, 2, NaN].map(number)).toEqual(['0.01', '0.001587', '2', 'NaN']);
  expect([0, 48.4, 59.6, 252, 7389, -1].map(duration)).toEqual(['0 s', '48 s', '1:00', '4:12', '2:03:09', '0 s']);
  expect([0, 0.5, 1, 1.2, -1].map((part) => bar(part, 4))).toEqual(['░░░░', '██░░', '████', '████', '░░░░']);
});

it('names the command as it was called', () => {
  expect(commandName({})).toBe('alexnet');
  expect(commandName({ npm_lifecycle_event: 'start' })).toBe('npm run alexnet --');
  expect(commandName({ npm_lifecycle_event: 'alexnet' })).toBe('npm run alexnet --');
  expect(commandName({ npm_lifecycle_event: 'test' })).toBe('alexnet');
});
