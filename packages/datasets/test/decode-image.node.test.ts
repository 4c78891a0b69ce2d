import sharp, { type Sharp } from 'sharp';
import { expect, it } from 'vitest';

import { decodeImage } from '@convkit/datasets';
import { decoderCases } from './support/decoder-cases.js';

const noise = Uint8Array.from({ length: 3 * 40 * 24 }, (_, i) => (i * 7919) % 251);
const picture = () => sharp(noise, { raw: { width: 40, height: 24, channels: 3 } });

/** Every step asked for by itself, with the header read first. */
async function slowly(bytes: Uint8Array) {
  const { data, info } = await sharp(bytes, { failOn: 'error' }).autoOrient().toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: info.channels === 1 ? [...data].flatMap((value) => [value, value, value]) : [...data] };
}

const odd: [string, Sharp][] = [
  ['colour', picture().jpeg({ quality: 95 })],
  ['progressive', picture().jpeg({ progressive: true })],
  ['grey', picture().toColourspace('b-w').jpeg()],
  ['CMYK', picture().toColourspace('cmyk').jpeg()],
  ['turned by EXIF', picture().withMetadata({ orientation: 6 }).jpeg()],
  ['mirrored by EXIF', picture().withMetadata({ orientation: 2 }).jpeg()],
  ['with a colour profile', picture().withIccProfile('p3').jpeg()],
  ['one pixel', sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } }).jpeg()],
  ['one row', sharp({ create: { width: 5000, height: 1, channels: 3, background: '#369' } }).jpeg()],
  ['a PNG', picture().png()],
];

it.each(odd)('decodes a JPEG whose header is not read ahead like one whose header is: %s', async (_name, made) => {
  const bytes = await made.toBuffer();
  const { width, height, data } = await decodeImage(bytes, 'odd');
  expect({ width, height, data: [...data] }).toEqual(await slowly(bytes));
});

it('takes the first picture of an animated image', async () => {
  const frames = await Promise.all(['#f00', '#0f0'].map((background) => sharp({ create: { width: 4, height: 4, channels: 3, background } }).png().toBuffer()));
  const animated = await sharp(frames, { join: { animated: true } }).gif().toBuffer();
  expect((await sharp(animated).metadata()).pages).toBe(2);
  const { width, height, data } = await decodeImage(animated, 'animated');
  expect([width, height, ...data.subarray(0, 3)]).toEqual([4, 4, 255, 0, 0]);
});

it('refuses too many pixels of a JPEG whatever the limit is', async () => {
  const wide = await sharp({ create: { width: 50_000, height: 2, channels: 3, background: '#369' } }).jpeg().toBuffer();
  for (const maxPixels of [99_999, 99_999.5, 1, 0.5, 0]) {
    await expect(decodeImage(wide, 'wide.jpg', { maxPixels })).rejects.toMatchObject({ code: 'FILE_TOO_LARGE', summary: `wide.jpg: 50000x2 pixels, but at most ${maxPixels} are decoded.` });
  }
  for (const maxPixels of [100_000, Infinity]) expect((await decodeImage(wide, 'wide.jpg', { maxPixels })).width).toBe(50_000);
});

it('refuses a JPEG that ends after its first bytes', async () => {
  await expect(decodeImage(Uint8Array.of(0xff, 0xd8, 0xff), 'torn.jpg')).rejects.toMatchObject({ name: 'FormatError', code: 'FILE_CORRUPT' });
});

it('says the same of a torn file whatever is decoded beside it', async () => {
  const whole = await picture().jpeg().toBuffer();
  const files: [string, Uint8Array][] = [['header.jpg', whole.subarray(0, 300)], ['half.jpg', whole.subarray(0, whole.length >> 1)], ['text.jpg', new TextEncoder().encode('not an image')], ['whole.jpg', whole]];
  const said = new Set<unknown>();
  for (let round = 0; round < 100; round++) {
    const outcomes = await Promise.allSettled([...files, ...files].map(([name, bytes]) => decodeImage(bytes, name)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') said.add((outcome.reason as { summary: string }).summary);
  }
  expect([...said].sort()).toEqual([
    'half.jpg: no good image: it is cut off or damaged',
    'header.jpg: no good image: Input buffer has corrupt header',
    'text.jpg: no good image: Input buffer contains unsupported image format',
  ]);
});

it.each(decoderCases)('makes of an image what browsers are held to: $kind', async ({ kind, file, decoded }) => {
  expect(await decodeImage(file, kind)).toEqual(await decodeImage(decoded, kind));
});
