import { defineConfig, type Options } from 'tsup';

// gpu.js in one file, so that nobody who installs this package pays for its dependencies (an unused 84 MB binary and a native build that fails).
const bundle: Options = { format: ['esm'], target: 'es2022', dts: false, sourcemap: false, clean: false, splitting: false, treeshake: false, minify: false, noExternal: ['gpu.js'], external: ['gl', 'webgpu'] };

export default defineConfig([
  {
    ...bundle,
    entry: { 'gpujs.node': '../../node_modules/gpu.js/src/index.js' },
    platform: 'node',
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  },
  {
    ...bundle,
    entry: { 'gpujs.browser': '../../node_modules/gpu.js/dist/gpu-browser.js' },
    platform: 'browser',
    // Its browser build puts a global GPU in the place of WebGPU's own interface of that name.
    banner: { js: "const heldGpu = Object.getOwnPropertyDescriptor(globalThis, 'GPU');" },
    footer: { js: "if (heldGpu) Object.defineProperty(globalThis, 'GPU', heldGpu); else delete globalThis.GPU;" },
  },
]);
