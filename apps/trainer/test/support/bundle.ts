import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { afterAll } from 'vitest';

const root = new URL('../../../../', import.meta.url);

/** Packages from their sources, and gpu.js with them as in their build; files keep their addresses, by which a package finds the data beside it. */
const sources: Plugin = {
  name: 'sources',
  setup(builder) {
    builder.onResolve({ filter: /^@convkit\// }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path: fileURLToPath(new URL(`packages/${path.slice('@convkit/'.length)}/src/index.ts`, root)) },
    );
    builder.onLoad({ filter: /\/packages\/[^/]+\/src\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
    }));
  },
};

const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

/**
 * Makes a program out of source files, for a process of its own. It lies under the app's `node_modules/.cache`, so that packages are found from there, until the tests of the file are over.
 *
 * @param workers Scripts that the program starts as threads, which lie beside it.
 * @returns The program's path.
 */
export async function bundleSource(entry: URL, workers: readonly URL[] = []): Promise<string> {
  const cache = fileURLToPath(new URL('apps/trainer/node_modules/.cache/', root));
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'convkit-test-'));
  made.push(folder);
  await build({
    entryPoints: [entry, ...workers].map((source) => fileURLToPath(source)),
    entryNames: '[name]',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    // What is loaded late in the packages is loaded late here.
    splitting: true,
    plugins: [sources],
    external: ['commander', 'gl', 'log-update', 'sharp', 'webgpu', 'zod'],
    // gpu.js is written for `require`.
    banner: { js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);" },
    logLevel: 'error',
  });
  return join(folder, basename(fileURLToPath(entry)).replace(/\.ts$/, '.mjs'));
}
