import { fashionMnist, loadFashionMnist } from '@convkit/dataset-fashion-mnist';
import { idxDataset } from '@convkit/datasets';
import { join } from 'node:path';
import { build } from 'vite';

/** Test images of Fashion-MNIST that the pages show: an ankle boot, a pullover, a shirt, a sandal, a bag. */
const PICTURES = [0, 1, 7, 8, 30];

/**
 * Builds the examples that run in the pages as one classic script, so that they also work in a page opened from a folder.
 *
 * @param {string} root
 * @param {string} site
 */
export async function buildLive(root, site) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { __PICTURES__: JSON.stringify(await readPictures()) },
    build: {
      target: 'es2022',
      outDir: join(site, 'assets'),
      emptyOutDir: false,
      lib: { entry: join(root, 'docs/live/main.ts'), formats: ['iife'], name: 'convkitLive', fileName: () => 'live.js' },
    },
  });
}

async function readPictures() {
  const { test } = await loadFashionMnist();
  const data = await idxDataset({ name: fashionMnist.name, split: 'test', classes: fashionMnist.classes, ...test });
  return Promise.all(
    PICTURES.map(async (index) => {
      const { image, label } = await data.item(index);
      return { name: data.classes[label], pixels: Buffer.from(image.data).toString('base64') };
    }),
  );
}
