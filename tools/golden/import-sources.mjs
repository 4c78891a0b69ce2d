import { fileURLToPath } from 'node:url';
import { createServer, createServerModuleRunner } from 'vite';

const root = new URL('../../', import.meta.url);

/**
 * Lets `use` import TypeScript modules of the repository, by paths from its root, with @convkit/* from the sources: nothing need be built.
 * @param {(load: (path: string) => Promise<any>) => Promise<void>} use
 */
export async function importSources(use) {
  const alias = [{ find: /^@convkit\/([^/]+)$/, replacement: fileURLToPath(new URL('packages/$1/src/index.ts', root)) }];
  const server = await createServer({
    root: fileURLToPath(root),
    configFile: false,
    logLevel: 'warn',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    // Node 20 does not know `using`.
    oxc: { target: 'es2022' },
    resolve: { alias },
  });
  const runner = createServerModuleRunner(server.environments.ssr, { hmr: false });
  try {
    await use((path) => runner.import(fileURLToPath(new URL(path, root))));
  } finally {
    await runner.close();
    await server.close();
  }
}
