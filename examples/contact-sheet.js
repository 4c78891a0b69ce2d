/**
 * A sheet of one picture, augmented anew in each field, and below it what was drawn for each: `data-aug` alone.
 *
 *     node contact-sheet.js [PICTURE [RESULT.png]]
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { augment, pcaNoise, randomFlip, randomResizedCrop } from '@convkit/data-aug';
import { RandomStream } from '@convkit/tensor';
import sharp from 'sharp';

const [picture = fileURLToPath(new URL('harbour.svg', import.meta.url)), result = 'contact-sheet.png'] = process.argv.slice(2);
const { data, info } = await sharp(picture).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
const image = { width: info.width, height: info.height, channels: info.channels, data: new Uint8Array(data) };

const size = 96;
const across = 6;
const down = 4;
const gap = 4;
const steps = [randomResizedCrop(size), randomFlip(), pcaNoise()];
const stream = new RandomStream(7, 'contact sheet');

const tiles = Array.from({ length: across * down }, (_, i) => {
  const { image: tile, drawn } = augment(image, steps, stream.at(0, i)); // epoch 0, image i
  console.log(JSON.stringify(drawn));
  // Colour noise leaves the bytes' range; a picture does not.
  const input = Buffer.from(Uint8ClampedArray.from(tile.data));
  return { input, raw: { width: size, height: size, channels: /** @type {const} */ (3) }, left: gap + (i % across) * (size + gap), top: gap + Math.floor(i / across) * (size + gap) };
});

const sheet = sharp({ create: { width: gap + across * (size + gap), height: gap + down * (size + gap), channels: 3, background: '#222' } });
await writeFile(result, await sheet.composite(tiles).png().toBuffer());
console.log(result);
