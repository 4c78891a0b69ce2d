import { assertKnownOptions } from '@convkit/tensor';
import { expect, it } from 'vitest';

interface Options {
  readonly size?: number;
  readonly colour?: string;
}

const ask = (options: object) => () => assertKnownOptions<Options>('conv1 (conv2d)', options, ['size', 'colour']);

it('takes any of the known ones, and none', () => {
  for (const options of [{}, { size: 3 }, { colour: 'red', size: undefined }]) expect(ask(options)).not.toThrow();
});

it('refuses another, names it and those there are', () => {
  expect(ask({ size: 3, sise: 4 })).toThrow('conv1 (conv2d): there is no option "sise".\n  help: there are size, colour.\n  code: OPTION_INVALID');
  expect(() => assertKnownOptions<{ norm: number }>('clipped', JSON.parse('{ "norm": 1, "__proto__": 2 }') as { norm: number }, ['norm'])).toThrow('clipped: there is no option "__proto__".\n  help: there is norm.');
});

it('refuses one that is undefined as well, for somebody wrote its name', () => {
  expect(ask({ sise: undefined })).toThrow('there is no option "sise"');
});
