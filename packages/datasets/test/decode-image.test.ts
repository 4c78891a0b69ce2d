import { expect, it, vi } from 'vitest';

import { decodeImage } from '@convkit/datasets';

vi.mock('sharp', () => {
  throw new Error("Cannot find package 'sharp'");
});

it('says what to install where sharp is absent', async () => {
  const error: unknown = await decodeImage(new Uint8Array([1]), 'a.png').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'ConvkitError', code: 'PEER_MISSING', help: 'npm install sharp' });
  expect((error as Error).message).toMatch(/^decodeImage: the package sharp, which decodes images, cannot be loaded: /);
});
