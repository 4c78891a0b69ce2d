import { packageBuild } from '../../tools/tsup.ts';

// The facade's import of gpu.js becomes "#gpujs": the copy that tsup.gpujs.config.ts bundles, for Node or for browsers by condition of package.json.
export default packageBuild({
  noExternal: ['gpu.js'],
  external: ['webgpu'],
  esbuildPlugins: [
    {
      name: 'bundled-gpujs',
      setup: (build) => build.onResolve({ filter: /^gpu\.js$/ }, () => ({ path: '#gpujs', external: true })),
    },
  ],
});
