import type { Options } from 'tsup';
import { packageBuild } from '../../tools/tsup.ts';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/**
 * gpu.js is bundled, because its own dependencies would cost every user 84 MB and a failing native build.
 * It asks for three modules that browsers lack; with these stand-ins one bundle serves Node and browsers alike.
 */
const standIns: Record<string, string> = {
  os: `module.exports = globalThis.process?.getBuiltinModule?.('os') ?? {};`,
  worker_threads: `module.exports = globalThis.process?.getBuiltinModule?.('worker_threads') ?? {};`,
  gl: `module.exports = {};`,
};

const gpujs: Plugin = {
  name: 'gpujs',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(${Object.keys(standIns).join('|')})$`) }, ({ path }) => ({ path, namespace: 'stand-in' }));
    build.onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({ contents: standIns[path], loader: 'js' }));
  },
};

export default packageBuild({
  noExternal: ['gpu.js'],
  esbuildPlugins: [gpujs],
  esbuildOptions(options) {
    options.mainFields = ['module', 'main'];
  },
});
