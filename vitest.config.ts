import { availableParallelism } from 'node:os';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { CHROMIUM_ARGUMENTS, findChromium, findSoftwareVulkan } from './tools/ensure-chromium.mjs';

// In Node tests run on the sources; with CONVKIT_BUILT, as in browsers, on what was built, which @convkit/* resolves to through node_modules.
const onBuilt = Boolean(process.env.CONVKIT_BUILT);
const alias = onBuilt ? [] : [{ find: /^@convkit\/([^/]+)$/, replacement: new URL('./packages/$1/src/index.ts', import.meta.url).pathname }];

/** Packages whose tests run in browsers as well as in Node: `*.node.test.ts` needs Node, `*.browser.test.ts` a browser. */
const everywhere = 'packages/{kernels-cpu,kernels-gpu,tensor,training}/test/**';
const inBrowsers = [`${everywhere}/*.test.ts`, 'packages/*/test/**/*.browser.test.ts', 'test/*.browser.test.ts'];

const cores = availableParallelism();
const chromium = { executablePath: findChromium() ?? 'chromium', args: CHROMIUM_ARGUMENTS };

export default defineConfig({
  test: {
    // Many tests in Node wait for processes that they started: two run at a time on two cores, too. Those in a browser use all cores themselves.
    maxWorkers: Math.max(2, cores - 1),
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'node',
          include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          // What browsers have tested on what was built is not tested on it once more.
          exclude: ['**/node_modules/**', '**/*.browser.test.ts', ...(onBuilt ? [`${everywhere}/!(*.node).test.ts`] : [])],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          provide: { chromium },
          env: { VK_ICD_FILENAMES: process.env.VK_ICD_FILENAMES ?? findSoftwareVulkan() ?? '' },
        },
      },
      {
        // Shared memory, and with it WebAssembly threads, exists on isolated pages only.
        server: { headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } },
        optimizeDeps: { include: ['gpu.js', 'fast-check'] },
        test: {
          name: 'browser',
          include: inBrowsers,
          fileParallelism: cores > 2,
          exclude: ['**/node_modules/**', '**/*.node.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromium }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
