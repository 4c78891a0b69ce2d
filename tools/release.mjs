/**
 * Publishes what changed since the last release, or shows without publishing that it could be:
 *
 *     npm run release -- --dry-run     versions, builds, packs and tries everything in a copy; changes nothing here
 *     npm run release                  publishes with provenance; only the release workflow can
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { markdownExamples, packageNames } from './examples.mjs';
import { findRuntime, KINDS, tryKind } from './install-matrix.mjs';
import { packPackages } from './pack-packages.mjs';
import { tarballProblems } from './tarball-problems.mjs';

/** Majors of Node that packages are installed and run on. */
const NODES = [20, 22, 24];

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);
const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });

if (values['dry-run']) await tryRelease();
else await publish();

/** Publishes every package whose version the registry does not have. The tree is what the pull request of versions left. */
async function publish() {
  const { GITHUB_ACTIONS, GITHUB_SERVER_URL, GITHUB_REPOSITORY, ACTIONS_ID_TOKEN_REQUEST_URL } = process.env;
  if (!GITHUB_ACTIONS || !GITHUB_REPOSITORY || !ACTIONS_ID_TOKEN_REQUEST_URL) {
    console.error('error: packages are published by the release workflow only, so that each carries its provenance: the commit and the run it was built by.');
    console.error('help: npm run release -- --dry-run tries a release here; .github/workflows/release.yml makes one.');
    process.exitCode = 1;
    return;
  }
  await command('npm', ['run', 'build'], root);
  // Provenance is refused where the manifest names another repository than the one that runs the workflow.
  for (const name of packageNames) {
    const file = join(root, 'packages', name, 'package.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, `${JSON.stringify({ ...manifest, repository: { type: 'git', url: `git+${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}.git`, directory: `packages/${name}` } }, null, 2)}\n`);
  }
  // Changesets calls `npm publish` for each package; the setting adds `--provenance`.
  console.log(await command('npx', ['changeset', 'publish'], root, { NPM_CONFIG_PROVENANCE: 'true' }));
}

/** Everything but publishing, in a copy of what is committed. */
async function tryRelease() {
  const folder = mkdtempSync(join(tmpdir(), 'convkit-release-'));
  const copy = join(folder, 'copy');
  /** @type {string[]} */
  const failures = [];
  try {
    const changed = (await command('git', ['status', '--porcelain'], root)).trim();
    if (changed) console.log('What is not committed is left out.');
    await step('copy', async () => {
      await command('git', ['clone', '--quiet', root, copy], folder);
      linkModules(copy);
      return (await command('git', ['rev-parse', '--short', 'HEAD'], copy)).trim();
    });
    await step('versions', async () => {
      const before = versionsOf(copy);
      await command('npx', ['changeset', 'version'], copy);
      return Object.entries(versionsOf(copy)).map(([name, version]) => (version === before[name] ? `${name} ${version}` : `${name} ${before[name]} -> ${version}`)).join(', ');
    });
    await step('build', async () => {
      await command('npx', ['turbo', 'run', 'build', '--filter=./packages/*', '--output-logs=errors-only'], copy);
      return `${packageNames.length} packages`;
    });
    mkdirSync(join(folder, 'tarballs'));
    const packed = await step('pack', () => packPackages(copy, join(folder, 'tarballs')), (all) => `${all.length} tarballs, ${Math.round(all.reduce((sum, { size }) => sum + size, 0) / 1000)} kB`);
    for (const { name, files } of packed) if (!files.includes('CHANGELOG.md')) failures.push(`${name} is packed without CHANGELOG.md`);
    await step('publint and are-the-types-wrong', async () => {
      const problems = await tarballProblems(packed);
      failures.push(...problems);
      return `problems: ${problems.length}`;
    });
    const runtimes = await step('runtimes', () => Promise.all(NODES.map((major) => findRuntime(major, join(root, 'node_modules/.cache/convkit')))), (all) => all.map(({ version }) => `Node ${version}`).join(', '));
    const examples = packageNames.flatMap((name) => markdownExamples(`packages/${name}/README.md`));
    const tarballs = packed.map(({ tarball }) => tarball);
    /** @type {import('./install-matrix.mjs').Outcome[]} */
    const table = [];
    for (const kind of KINDS) {
      const outcomes = await step(`programs of the READMEs, ${kind.name}`, () => tryKind(kind, { folder: join(folder, kind.name.replace(' ', '-')), tarballs, examples, runtimes, modules: join(root, 'node_modules') }), (all) => all.map(({ node, passed }) => `Node ${node}: ${passed} of ${examples.length}`).join(', '));
      failures.push(...outcomes.flatMap(({ problems }) => problems));
      table.push(...outcomes);
    }
    const sizes = await step('sizes', () => measure(copy), (all) => `${all.filter(({ passed }) => passed).length} of ${all.length} within their budgets`);
    failures.push(...sizes.filter(({ passed }) => !passed).map(({ name, size, sizeLimit }) => `${name} weighs ${size} bytes, but may weigh ${sizeLimit}`));

    console.log('\nREADME programs that print what they say:');
    console.table(Object.fromEntries(KINDS.map(({ name }) => [name, Object.fromEntries(table.filter(({ kind }) => kind === name).map(({ node, passed }) => [`Node ${node}`, `${passed} of ${examples.length}`]))])));
    console.log('Bytes, minified and gzipped, and what one name alone brings:');
    console.table(sizes.map(({ name, size, sizeLimit }) => ({ name, size, budget: sizeLimit })));
  } catch (error) {
    failures.push(error instanceof Error ? `${error.message}\n${/** @type {any} */ (error).stdout ?? ''}` : String(error));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const failure of failures) console.error(`\n${failure}`);
  console.log(failures.length === 0 ? 'The release could be published. Nothing was.' : `The release could not be published; problems: ${failures.length}.`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

/**
 * Runs a step and prints a line about it.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @param {(result: T) => string} [tell] By default the result itself.
 * @returns {Promise<T>}
 */
async function step(name, work, tell = String) {
  const start = performance.now();
  process.stdout.write(`${name} … `);
  const result = await work();
  console.log(`${tell(result)} (${((performance.now() - start) / 1000).toFixed(0)} s)`);
  return result;
}

/**
 * The dependencies that are installed here for the copy, but its own packages in the place of those here.
 *
 * @param {string} copy
 */
function linkModules(copy) {
  const [from, to] = [join(root, 'node_modules'), join(copy, 'node_modules')];
  mkdirSync(join(to, '@convkit'), { recursive: true });
  for (const name of readdirSync(from)) if (name !== '@convkit' && name !== '.cache') symlinkSync(join(from, name), join(to, name), 'junction');
  for (const name of packageNames) symlinkSync(join(copy, 'packages', name), join(to, '@convkit', name), 'junction');
}

/**
 * @param {string} folder
 * @returns {Record<string, string>}
 */
function versionsOf(folder) {
  return Object.fromEntries(packageNames.map((name) => [name, JSON.parse(readFileSync(join(folder, 'packages', name, 'package.json'), 'utf8')).version]));
}

/**
 * @param {string} folder
 * @returns {Promise<{ name: string, passed: boolean, size: number, sizeLimit: number }[]>}
 */
async function measure(folder) {
  // It fails where a budget is exceeded, which the caller tells.
  const { stdout } = await run(join(root, 'node_modules/.bin/size-limit'), ['--json'], { cwd: folder }).catch((/** @type {any} */ error) => error);
  return JSON.parse(stdout);
}

/**
 * @param {string} name
 * @param {string[]} args
 * @param {string} cwd
 * @param {Record<string, string>} [settings]
 * @returns {Promise<string>}
 */
async function command(name, args, cwd, settings = {}) {
  const { stdout } = await run(name, args, { cwd, env: { ...process.env, ...settings }, maxBuffer: 2 ** 26 });
  return stdout;
}
