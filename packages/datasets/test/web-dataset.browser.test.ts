import { expect, it } from 'vitest';

import { blobAccess, webDataset } from '@convkit/datasets';
import { tarEntry, tarOf } from './support/tar.js';

/** One red pixel. */
const png = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'), (digit) => digit.charCodeAt(0));

it('reads shards that a user chose, plain in place and compressed in memory', async () => {
  const tar = tarOf(tarEntry('0.png', png), tarEntry('0.cls', '1'), tarEntry('1.txt', 'x'.repeat(100_000)), tarEntry('1.png', png), tarEntry('1.json', '{"label":0}'));
  const zipped = await new Response(new Blob([tar]).stream().pipeThrough(new CompressionStream('gzip'))).blob();
  const files = [new File([tar], 'train-0.tar'), new File([zipped], 'train-1.tar.gz')];
  const data = await webDataset({ name: 'chosen', split: 'train', shards: files.map((file) => blobAccess(file.name, file)), classes: ['blue', 'red'] });
  expect([data.length, data.nameOf(3)]).toEqual([4, 'train-1.tar.gz/1.png']);
  for (const [index, label] of [1, 0, 1, 0].entries()) expect(await data.item(index)).toEqual({ label, image: { width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0) } });
  expect(await data.hash()).toMatch(/^[0-9a-f]{64}$/);
});
