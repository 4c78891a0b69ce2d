import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: process.env.CONVKIT_BUILT ? {} : { alias: [{ find: /^@convkit\/([^/]+)$/, replacement: new URL('./packages/$1/src/index.ts', import.meta.url).pathname }] },
  test: { include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/**/*.test.ts'], testTimeout: 30_000 },
});
