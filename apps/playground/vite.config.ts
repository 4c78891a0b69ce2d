import { defineConfig } from 'vite';

/**
 * Scripts come from here alone. `cpu` and `gpujs-webasm` compile WebAssembly and start their threads from blobs; `gpujs-cpu` makes functions out of text, for which there is only
 * `unsafe-eval`. A page that leaves that device out can do with `wasm-unsafe-eval`.
 */
const policy =
  "default-src 'none'; script-src 'self' 'unsafe-eval'; worker-src 'self' blob:; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** Only isolated pages may share memory between threads. */
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  // The page may lie in any folder of a server.
  base: './',
  plugins: [
    {
      // Also on servers that send no header. Vite's development server writes styles into the page, which the policy would refuse.
      name: 'content-security-policy',
      apply: 'build',
      transformIndexHtml: () => [{ tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' }],
    },
  ],
  build: { target: 'es2022', sourcemap: true, chunkSizeWarningLimit: 1_000 },
  worker: { format: 'es' },
  // Pre-bundled, the package would look for its files in the wrong place.
  optimizeDeps: { exclude: ['@convkit/dataset-fashion-mnist'] },
  server: { host: '127.0.0.1', headers: isolation },
  // A worker has the policy it was sent with, not that of its page.
  preview: { host: '127.0.0.1', headers: { ...isolation, 'Content-Security-Policy': `${policy}; frame-ancestors 'none'`, 'X-Content-Type-Options': 'nosniff' } },
});
