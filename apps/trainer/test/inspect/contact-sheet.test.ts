import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { contactSheet } from '../../src/inspect/contact-sheet.js';

const flat = (width: number, height: number, colour: readonly number[]) => ({
  width,
  height,
  channels: colour.length,
  data: Uint8Array.from({ length: width * height * colour.length }, (_, i) => colour[i % colour.length]),
});

async function pixels(png: Uint8Array) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  return { info, at: (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)] };
}

describe('contactSheet', () => {
  it('lays pictures in rows of eight, enlarged to the pixel, over their captions', async () => {
    const image = { width: 2, height: 2, channels: 3, data: new Uint8Array([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]) };
    const { info, at } = await pixels(await contactSheet([...Array.from({ length: 8 }, () => ({ image: flat(2, 2, [40]), caption: '' })), { image, caption: 'cat' }]));
    // 2 pixels become 112; 8 between pictures, 18 of text.
    expect([info.width, info.height]).toEqual([8 + 8 * 120, 8 + 2 * 138]);
    expect(at(8, 8)).toEqual([40, 40, 40]);
    expect(at(7, 8)).toEqual([255, 255, 255]);
    const top = 8 + 138;
    expect([at(8, top), at(8 + 55, top + 55), at(8 + 56, top + 55), at(8, top + 56), at(8 + 111, top + 111)]).toEqual([[255, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9]]);
    const ink = Array.from({ length: 112 }, (_, x) => Array.from({ length: 17 }, (_, y) => at(8 + x, top + 113 + y)[0] < 128)).flat().filter(Boolean).length;
    expect(ink).toBeGreaterThan(10);
  });

  it('leaves large pictures as they are and survives any caption', async () => {
    const { info } = await pixels(await contactSheet([{ image: flat(130, 90, [1, 2, 3]), caption: 'a\n<b>&"\u0001 название '.repeat(20) }]));
    expect([info.width, info.height]).toEqual([8 + 138, 8 + 90 + 26]);
  });
});
