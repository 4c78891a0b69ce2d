/** Installs tarballs into empty projects of four kinds, and runs there the programs that the READMEs show, under several versions of Node. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expectedOutput, normalise, toJavaScript } from './examples.mjs';

const run = promisify(execFile);
const runner = fileURLToPath(new URL('run-examples.mjs', import.meta.url));

/**
 * @typedef {import('./examples.mjs').Example} Example
 * @typedef {{ version: string, executable: string }} Runtime A Node.
 * @typedef {{ folder: string, files: string[], runtime: Runtime }} Prepared
 * @typedef {{ name: string, manifest: object, extension: string, program: (code: string) => string, needs?: string[], start: (project: Prepared) => Promise<string> }} Kind
 * @typedef {{ kind: string, node: string, passed: number, problems: string[] }} Outcome
 */

/** Kinds of projects. Each turns a program into its own form, and starts all of them in one process that prints a line of JSON for each. @type {readonly Kind[]} */
export const KINDS = [
  {
    name: 'ES modules',
    manifest: { type: 'module' },
    extension: 'js',
    program: (code) => code,
    start: async ({ folder, files, runtime }) => output(runtime, ['run-examples.mjs', ...files], folder),
  },
  {
    name: 'CommonJS',
    manifest: { type: 'commonjs' },
    extension: 'js',
    program: toCommonJs,
    start: async ({ folder, files, runtime }) => output(runtime, ['run-examples.mjs', ...files], folder),
  },
  {
    name: 'Vite',
    manifest: { type: 'module' },
    extension: 'js',
    program: (code) => code,
    needs: ['vite'],
    async start({ folder, files, runtime }) {
      const out = `out-${runtime.version}`;
      const settings = { logLevel: 'error', base: './', build: { target: 'es2022', outDir: out, assetsInlineLimit: 0, modulePreload: false, rollupOptions: { input: files, preserveEntrySignatures: 'allow-extension', output: { entryFileNames: '[name].js' } } } };
      writeFileSync(join(folder, 'vite.config.js'), `export default ${JSON.stringify(settings)};`);
      await output(runtime, [join(folder, 'node_modules/vite/bin/vite.js'), 'build'], folder);
      return output(runtime, ['run-examples.mjs', ...files.map((file) => join(out, file))], folder);
    },
  },
  {
    name: 'worker',
    manifest: { type: 'module' },
    extension: 'js',
    program: (code) => code,
    async start({ folder, files, runtime }) {
      writeFileSync(join(folder, 'main.js'), `import { Worker } from 'node:worker_threads';\nnew Worker('./run-examples.mjs', { argv: ${JSON.stringify(files)} });\n`);
      return output(runtime, ['main.js'], folder);
    },
  },
];

/**
 * A Node of this major version: the running one, or what the registry has as a package for this platform, kept in `cache`. Nothing of the system changes.
 *
 * @param {number} major
 * @param {string} cache
 * @returns {Promise<Runtime>}
 */
export async function findRuntime(major, cache) {
  if (process.versions.node.startsWith(`${major}.`)) return { version: process.versions.node, executable: process.execPath };
  const folder = join(cache, `node-${major}`);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const executable = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(executable)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${major}`], { cwd: folder });
  }
  const { stdout } = await run(executable, ['--version']);
  return { version: stdout.trim().slice(1), executable };
}

/**
 * One project of a kind, with all tarballs installed, and its programs under each Node.
 *
 * @param {Kind} kind
 * @param {{ folder: string, tarballs: readonly string[], examples: readonly Example[], runtimes: readonly Runtime[], modules: string }} all `modules`: where tools that a kind needs are already installed.
 * @returns {Promise<Outcome[]>}
 */
export async function tryKind(kind, { folder, tarballs, examples, runtimes, modules }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...kind.manifest }));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', ...tarballs], { cwd: folder });
  // Tools are of the version that the repository has locked.
  for (const tool of kind.needs ?? []) symlinkSync(join(modules, tool), join(folder, 'node_modules', tool), 'junction');
  cpSync(runner, join(folder, 'run-examples.mjs'));
  const files = examples.map((example, i) => {
    const file = `program-${i}.${kind.extension}`;
    writeFileSync(join(folder, file), kind.program(toJavaScript(example)));
    return file;
  });
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const runtime of runtimes) {
    const problems = await kind.start({ folder, files, runtime }).then((stdout) => compare(stdout, examples), (/** @type {Error} */ error) => [error.message]);
    outcomes.push({ kind: kind.name, node: runtime.version, passed: examples.length - problems.length, problems: problems.map((problem) => `${kind.name}, Node ${runtime.version}: ${problem}`) });
  }
  return outcomes;
}

/**
 * @param {string} stdout A line of JSON for each program.
 * @param {readonly Example[]} examples
 */
function compare(stdout, examples) {
  const results = stdout.trim().split('\n').map((line) => JSON.parse(line));
  return examples.flatMap((example, i) => {
    const { output: printed, error } = results[i] ?? { output: '', error: 'it did not run' };
    if (error) return [`${example.place}: ${error}`];
    return expectedOutput(example)?.test(normalise(printed)) === false ? [`${example.place} prints ${normalise(printed)}`] : [];
  });
}

/**
 * The program with `require` in the place of `import`, its end as what the module exports.
 *
 * @param {string} code
 */
export function toCommonJs(code) {
  const body = code.replace(/^import \{([^}]*)\} from ('[^']*');/gm, (_, names, from) => `const {${names.replaceAll(' as ', ': ')}} = require(${from});`).replace(/^export \{\};$/gm, '');
  return `module.exports = (async () => {\n${body}\n})();\n`;
}

/**
 * @param {Runtime} runtime
 * @param {string[]} args
 * @param {string} cwd
 */
async function output({ executable }, args, cwd) {
  const { stdout } = await run(executable, args, { cwd, maxBuffer: 2 ** 26, timeout: 600_000 });
  return stdout;
}
