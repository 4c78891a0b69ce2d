import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  // The server's policy lets nothing in but its own files, so nothing may be written into others as a data: address.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
