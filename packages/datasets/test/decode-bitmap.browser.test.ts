import { FormatError } from '@convkit/tensor';
import { expect, it } from 'vitest';

import { decodeImage } from '@convkit/datasets';
import { decoderCases, differenceOf } from './support/decoder-cases.js';

/** What browsers make otherwise than sharp: the most that a value differs by. All else is the same to the bit. */
const otherwise = new Map([['PNG, transparent', 1], ['AVIF', 1]]);

it.each(decoderCases.filter(({ kind }) => kind !== 'JPEG, CMYK'))('makes the same of an image as sharp: $kind', async ({ kind, file, decoded }) => {
  const difference = differenceOf(await decodeImage(file, kind), await decodeImage(decoded, kind));
  expect(difference.largest).toBeLessThanOrEqual(otherwise.get(kind) ?? 0);
});

it('makes other colours of CMYK, for profiles are not applied, but the same picture', async () => {
  const { file, decoded } = decoderCases.find(({ kind }) => kind === 'JPEG, CMYK') as (typeof decoderCases)[number];
  const [own, sharps] = [await decodeImage(file, 'cmyk.jpg'), await decodeImage(decoded, 'cmyk.png')];
  expect([own.width, own.height, own.channels]).toEqual([sharps.width, sharps.height, 3]);
  expect(differenceOf(own, sharps).mean).toBeLessThan(40);
});

it('refuses what is no image, torn, too large or of a kind that is not read', async () => {
  const file = (name: string) => (decoderCases.find(({ kind }) => kind === name) as (typeof decoderCases)[number]).file;
  const code = async (bytes: Uint8Array, maxPixels?: number) =>
    decodeImage(bytes, 'odd', maxPixels === undefined ? {} : { maxPixels }).then(
      () => 'decoded',
      (error: unknown) => {
        expect(error).toBeInstanceOf(FormatError);
        expect((error as FormatError).message).toMatch(/^odd: /);
        return (error as FormatError).code;
      },
    );
  for (const kind of ['JPEG, 4:2:0', 'JPEG, progressive', 'PNG', 'GIF', 'WebP, lossy', 'AVIF']) {
    expect(await code(file(kind).subarray(0, file(kind).length / 2)), kind).toBe('FILE_CORRUPT');
    expect(await code(file(kind).subarray(0, 9)), kind).toBe('FILE_CORRUPT');
    expect(await code(file(kind), 33 * 25 - 1), kind).toBe('FILE_TOO_LARGE');
    expect(await code(file(kind), 33 * 25), kind).toBe('decoded');
  }
  const bitmap = Uint8Array.from({ length: 58 }, (_, i) => ({ 0: 0x42, 1: 0x4d, 2: 58, 10: 54, 14: 40, 18: 1, 22: 1, 26: 1, 28: 24, 34: 4 })[i] ?? 0);
  expect(await createImageBitmap(new Blob([bitmap]))).toMatchObject({ width: 1, height: 1 });
  for (const bytes of [bitmap, new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'), new Uint8Array()]) expect(await code(bytes)).toBe('FILE_CORRUPT');
});

it('reads memory that threads share', async () => {
  const { file } = decoderCases[0];
  const shared = new Uint8Array(new SharedArrayBuffer(file.length));
  shared.set(file);
  expect(await decodeImage(shared, 'shared.jpg')).toEqual(await decodeImage(file, 'own.jpg'));
});
