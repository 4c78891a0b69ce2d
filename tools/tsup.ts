import { defineConfig, type Options } from 'tsup';

/**
 * The one build recipe of every published package: ESM with types and source maps for Node 20 and browsers of the same age.
 * Never minified and names never rewritten, because a kernel's text is read at run time.
 */
export function packageBuild(options: Options = {}) {
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
    ...options,
  });
}
