import { fashionMnist, loadFashionMnist } from '@convkit/dataset-fashion-mnist';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => vi.unstubAllGlobals());

it('fetches the four files whole, and tells how far it is', async () => {
  const { train, test } = fashionMnist;
  const total = train.images.bytes + train.labels.bytes + test.images.bytes + test.labels.bytes;
  const told: number[] = [];
  const loaded = await loadFashionMnist({
    onProgress: (bytes, of) => {
      expect(of).toBe(total);
      told.push(bytes);
    },
  });
  for (const split of ['train', 'test'] as const) {
    const [images, labels] = await Promise.all([loaded[split].images, loaded[split].labels].map(({ bytes }) => unpacked(bytes)));
    const { length } = fashionMnist[split];
    expect([images.length, labels.length]).toEqual([16 + length * fashionMnist.height * fashionMnist.width, 8 + length]);
    if (split === 'train') expect(images.subarray(16).reduce((sum, pixel) => sum + pixel, 0) / (images.length - 16) / 255).toBeCloseTo(fashionMnist.mean, 5);
  }
  expect(told.length).toBeGreaterThan(10);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(told.at(-1)).toBe(total);
});

it('names the address of a file that is not there, and of one that does not end', async () => {
  vi.stubGlobal('fetch', async () => new Response('no such file', { status: 404, statusText: 'Not Found' }));
  await expect(loadFashionMnist()).rejects.toThrow(/^loadFashionMnist: http.*ubyte\.gz cannot be fetched: the server answered 404 Not Found\.$/);
  vi.stubGlobal('fetch', async () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(2 ** 22)) })));
  await expect(loadFashionMnist()).rejects.toThrow(/^loadFashionMnist: http.*ubyte\.gz cannot be fetched: it has more than 67108864 bytes and is no file of this package\.$/);
});

/** Some servers unpack such files on the way. */
async function unpacked(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
}
