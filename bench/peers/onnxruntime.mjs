/** The network on either build of ONNX Runtime; both have the same interface. */
import { readFileSync } from 'node:fs';
import { cacheFiles, channelsFirst } from './network.mjs';
import { cacheFolder, imageShape } from './peer.mjs';

/** @returns {Promise<import('./peer.mjs').Peer['prepareForward']>} */
export async function openModel({ InferenceSession, Tensor }, options) {
  const session = await InferenceSession.create(readFileSync(cacheFiles(cacheFolder).onnx), options);
  return async (count, pixels) => {
    const feeds = { images: new Tensor('float32', channelsFirst(pixels, imageShape(count)), [count, 3, 224, 224]) };
    return async () => (await session.run(feeds)).logits.data;
  };
}
