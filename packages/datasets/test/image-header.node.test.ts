import { RandomStream } from '@convkit/tensor';
import sharp from 'sharp';
import { expect, it } from 'vitest';

import { imageHeader } from '../src/image-header.js';
import { decoderCases } from './support/decoder-cases.js';

const picture = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#369' } });
const sizes = [[1, 1], [300, 200], [7, 1025], [16_383, 2]] as const;

it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('tells the size of a file that is not decoded: %s', async (format) => {
  for (const [width, height] of sizes) expect(imageHeader(await picture(width, height).toFormat(format).toBuffer())).toEqual({ format, width, height });
});

it('tells it of all kinds of these formats', async () => {
  for (const { kind, file } of decoderCases) {
    const { width, height } = await sharp(file).metadata();
    expect(imageHeader(file), kind).toMatchObject({ width, height });
  }
  const [wide, high] = [await picture(50_000, 3).jpeg({ progressive: true }).withExif({ IFD0: { Copyright: 'x'.repeat(5000) } }).toBuffer(), await picture(3, 16_000).webp({ lossless: true }).toBuffer()];
  expect([imageHeader(wide), imageHeader(high)]).toEqual([{ format: 'jpeg', width: 50_000, height: 3 }, { format: 'webp', width: 3, height: 16_000 }]);
  const frames = await Promise.all(['#f00', '#0f0'].map((background) => sharp({ create: { width: 40, height: 30, channels: 3, background } }).png().toBuffer()));
  expect(imageHeader(await sharp(frames, { join: { animated: true } }).webp().toBuffer())).toEqual({ format: 'webp', width: 40, height: 30 });
});

it('tells nothing of torn files and of others, and reads nothing beyond their end', () => {
  for (const bytes of ['', 'hello', 'BM', '<svg/>', 'RIFF1234WAVE', 'MM\0*']) expect(imageHeader(new TextEncoder().encode(bytes))).toBeUndefined();
  const draws = new RandomStream(1, 'headers').at();
  for (const { file } of decoderCases) {
    for (let length = 0; length < 24; length++) expect(imageHeader(file.subarray(0, length))?.format).not.toBe('jpeg');
    for (let i = 0; i < 200; i++) {
      const changed = Uint8Array.from(file.subarray(0, 1 + draws.integer(file.length)));
      changed[draws.integer(Math.min(64, changed.length))] = draws.integer(256);
      const found = imageHeader(changed);
      if (found !== undefined) expect(Number.isSafeInteger(found.width * found.height)).toBe(true);
    }
  }
});
