/**
 * Builds the documentation as one static site in docs/site and holds every link of it to its target; needs the packages built.
 *
 *     npm run docs               builds it
 *     npm run docs -- --serve    builds it and serves it on this machine alone
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { preview } from 'vite';
import { buildLive } from './docs/build-live.mjs';
import { findLinkProblems } from './docs/find-link-problems.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const site = fileURLToPath(new URL('../docs/site', import.meta.url));
const { values } = parseArgs({ options: { serve: { type: 'boolean', default: false }, port: { type: 'string', default: '4180' } } });

const typedoc = spawnSync(process.execPath, ['node_modules/typedoc/bin/typedoc', '--plugin', './tools/docs/pages.mjs', '--router', 'pages', '--logLevel', 'Warn'], { cwd: root, stdio: 'inherit' });
if (typedoc.status !== 0) process.exit(typedoc.status ?? 1);
await buildLive(root, site);

const problems = findLinkProblems(site);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

if (values.serve) {
  const server = await preview({ root, configFile: false, appType: 'mpa', logLevel: 'warn', build: { outDir: site }, preview: { host: '127.0.0.1', port: Number(values.port) } });
  console.log(`The site is at ${server.resolvedUrls?.local[0]}; Ctrl-C ends this.`);
} else {
  console.log('The site is in docs/site; `npm run docs -- --serve` serves it.');
}
