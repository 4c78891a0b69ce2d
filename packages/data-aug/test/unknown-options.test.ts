import { pcaNoise, randomResizedCrop } from '@convkit/data-aug';
import { expect, it } from 'vitest';

it.each([
  ['pcaNoise', (more: object) => pcaNoise({ ...more }), 'pca, strength, by, divisor'],
  ['randomResizedCrop', (more: object) => randomResizedCrop(2, { ...more }), 'scale, ratio'],
] as const)('%s refuses an option that nobody reads', (name, take, known) => {
  take({});
  expect(() => take({ sigma: 0.1 })).toThrow(`${name}: there is no option "sigma".\n  help: there are ${known}.\n  code: OPTION_INVALID`);
});
