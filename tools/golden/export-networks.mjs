// Prints the scaled copies of all networks as JSON, for networks.py.
import { importSources } from './import-sources.mjs';

await importSources(async (load) => {
  /** @type {typeof import('../../packages/alexnet/test/golden/cases.ts')} */
  const { goldenCases } = await load('packages/alexnet/test/golden/cases.ts');
  process.stdout.write(JSON.stringify(goldenCases));
});
