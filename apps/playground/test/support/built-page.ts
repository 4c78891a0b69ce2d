import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type LaunchOptions, type Page } from 'playwright';
import { preview } from 'vite';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** How vitest.config.ts starts the browser. */
    chromium: LaunchOptions;
  }
}

/** The built page on a server of its own, in a Chromium of its own. */
export interface BuiltPage {
  /** Opens the page with a query such as `device=host&autostart=1`; what it writes to the console goes to `complaints`. */
  open(query: string, options?: Parameters<Browser['newPage']>[0], prepare?: (page: Page) => Promise<void>): Promise<{ page: Page; complaints: string[] }>;
  close(): Promise<void>;
}

/** Serves `apps/playground/dist`, which `npm run build` makes. */
export async function openBuiltPage(): Promise<BuiltPage> {
  const server = await preview({ root: fileURLToPath(new URL('../..', import.meta.url)), logLevel: 'error', preview: { port: 0 } });
  const address = server.resolvedUrls?.local[0] ?? '';
  const browser = await chromium.launch(inject('chromium'));
  return {
    async open(query, options, prepare) {
      const page = await browser.newPage(options);
      page.setDefaultTimeout(280_000);
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await prepare?.(page);
      await page.goto(`${address}?${query}`);
      return { page, complaints };
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
