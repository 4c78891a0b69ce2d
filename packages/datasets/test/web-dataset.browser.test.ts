import { expect, it } from 'vitest';

import { blobAccess, webDataset } from '@convkit/datasets';
import { tarEntry, tarOf } from './support/tar.js';

/** As a page would: the browser's own decoder, of which only the three colours are kept. */
async function decode(bytes: Uint8Array, name: string) {
  const picture = await createImageBitmap(new Blob([bytes.slice()]), { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (context === null) throw new Error(`${name}: no canvas`);
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, channels: 3, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => data[4 * Math.floor(i / 3) + (i % 3)]) };
}

/** One red pixel. */
const png = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'), (digit) => digit.charCodeAt(0));

it('reads shards that a user chose, plain in place and compressed in memory', async () => {
  const tar = tarOf(tarEntry('0.png', png), tarEntry('0.cls', '1'), tarEntry('1.txt', 'x'.repeat(100_000)), tarEntry('1.png', png), tarEntry('1.json', '{"label":0}'));
  const zipped = await new Response(new Blob([tar]).stream().pipeThrough(new CompressionStream('gzip'))).blob();
  const files = [new File([tar], 'train-0.tar'), new File([zipped], 'train-1.tar.gz')];
  const data = await webDataset({ name: 'chosen', split: 'train', shards: files.map((file) => blobAccess(file.name, file)), classes: ['blue', 'red'], decode });
  expect([data.length, data.nameOf(3)]).toEqual([4, 'train-1.tar.gz/1.png']);
  for (const [index, label] of [1, 0, 1, 0].entries()) expect(await data.item(index)).toEqual({ label, image: { width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0) } });
  expect(await data.hash()).toMatch(/^[0-9a-f]{64}$/);
});
