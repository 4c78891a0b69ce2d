// Writes first values, prepared photograph and description of the full networks to a folder, for full_networks.py: half a gigabyte.
import { mkdir, writeFile } from 'node:fs/promises';
import { importSources } from './import-sources.mjs';

const [archivePath, folder] = process.argv.slice(2);

await importSources(async (load) => {
  /** @type {typeof import('../../packages/alexnet/test/golden/full-networks.ts')} */
  const { fullNetwork, fullNetworks, classes, photograph, seed } = await load('packages/alexnet/test/golden/full-networks.ts');
  /** @type {typeof import('../../packages/model-io/src/index.ts')} */
  const { writeSafetensors } = await load('packages/model-io/src/index.ts');
  await mkdir(folder, { recursive: true });
  for (const name of fullNetworks) {
    const { design, parameters, x, pixels } = await fullNetwork(name, archivePath);
    const description = JSON.stringify({ name, design, classes, seed, photograph, pixels });
    await writeFile(`${folder}/${name}.safetensors`, writeSafetensors(new Map([...parameters, ['x', x]]), new Map([['network', description]])));
  }
});
