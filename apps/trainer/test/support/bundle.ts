import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

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

/**
 * Makes a program out of source files, for a process of its own.
 *
 * @param name Of the file, under the app's `node_modules/.cache`, so that packages are found from there.
 * @returns The program's path.
 */
export async function bundleSource(entry: URL, name: string): Promise<string> {
  const folder = fileURLToPath(new URL('apps/trainer/node_modules/.cache/convkit-test/', root));
  await mkdir(folder, { recursive: true });
  const outfile = `${folder}${name}-${process.pid}.mjs`;
  await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outfile,
    plugins: [sources],
    external: ['commander', 'gl', 'log-update', 'sharp', 'webgpu', 'zod'],
    // gpu.js is written for `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return outfile;
}
