import { readFile } from 'node:fs/promises';
import { defineConfig, type Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** Says at every kernel that making it does nothing else: bundlers then leave out those that nobody imports. */
const pureKernels: Plugin = {
  name: 'pure-kernels',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({ contents: (await readFile(path, 'utf8')).replace(/^((?:export )?const .*= )defKernel\b/gm, '$1/* @__PURE__ */ defKernel'), loader: 'ts' }));
  },
};

/**
 * The one build recipe of every published package: ESM with types and source maps for Node 20 and browsers of the same age.
 * Never minified and names never rewritten, because a kernel's text is read at run time.
 */
export function packageBuild({ esbuildPlugins = [], ...options }: Options = {}) {
  return defineConfig({
    entry: ['src/index.ts'],
    format: ['esm'],
    target: 'es2022',
    platform: 'neutral',
    dts: true,
    sourcemap: true,
    clean: true,
    splitting: true,
    treeshake: true,
    minify: false,
    keepNames: false,
    esbuildPlugins: [pureKernels, ...esbuildPlugins],
    ...options,
  });
}
