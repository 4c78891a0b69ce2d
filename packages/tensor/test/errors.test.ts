import { expect, it } from 'vitest';
import { ConvkitError, DeviceError, FormatError, OptionError, OwnershipError, ShapeError } from '@convkit/tensor';

it('reads: who and what, the values one below the other, one cure, the code', () => {
  const cause = new Error('underneath');
  const error = new ShapeError({
    code: 'SHAPE_MISMATCH',
    message: 'conv2: x has 96 channels, but weight reads 192.',
    values: { x: '[128, 27, 27, 96]', weight: '[5, 5, 96, 256]' },
    help: 'weight should be [5, 5, 48, 256].',
    cause,
  });
  expect(String(error)).toBe(
    [
      'ShapeError: conv2: x has 96 channels, but weight reads 192.',
      '  x      [128, 27, 27, 96]',
      '  weight [5, 5, 96, 256]',
      '  help: weight should be [5, 5, 48, 256].',
      '  code: SHAPE_MISMATCH',
    ].join('\n'),
  );
  expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', summary: 'conv2: x has 96 channels, but weight reads 192.', help: 'weight should be [5, 5, 48, 256].', cause });
});

it('leaves out what it does not know', () => {
  const error = new OptionError({ code: 'OPTION_INVALID', message: 'batch is 0.' });
  expect(error.message).toBe('batch is 0.\n  code: OPTION_INVALID');
  expect(error.help).toBeUndefined();
  expect('cause' in error).toBe(false);
});

it.each([
  [ShapeError, 'ShapeError'],
  [OwnershipError, 'OwnershipError'],
  [DeviceError, 'DeviceError'],
  [FormatError, 'FormatError'],
  [OptionError, 'OptionError'],
])('%o is an Error and a ConvkitError with a name that no bundler changes', (Kind, name) => {
  const error = new Kind({ code: 'X', message: 'm' });
  expect(error).toBeInstanceOf(Error);
  expect(error).toBeInstanceOf(ConvkitError);
  expect(error.name).toBe(name);
});
