import { expect, it } from 'vitest';
import { settingsOf } from '../src/settings.js';

const usual = { device: 'auto', steps: 400, batch: 32, seed: 1, testImages: 1_000 };

it.each([
  ['', {}],
  ['device=webgl2&steps=20&batch=8&seed=0&testImages=5', { device: 'webgl2', steps: 20, batch: 8, seed: 0, testImages: 5 }],
  ['device=cuda&steps=-1&batch=1e9&seed=1.5&testImages=many', {}],
  ['steps=&batch=0', {}],
])('reads an address: ?%s', (query, expected) => {
  expect(settingsOf(new URLSearchParams(query))).toEqual({ ...usual, ...expected });
});
