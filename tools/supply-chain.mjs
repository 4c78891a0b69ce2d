/** What the repository takes from others and hands on: rules for the lock file, the licences and the manifests, all of which can be held without a network. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Licences of code that users of the apps and of the optional peers install. LGPL is that of libvips, a library of its own beside sharp. */
export const LICENCES = ['MIT', 'ISC', '0BSD', 'Unlicense', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'LGPL-3.0-or-later'];

/** Licences of tools, beside those: nothing of them is handed on. */
const TOOL_LICENCES = ['MPL-2.0', 'BlueOak-1.0.0', 'Python-2.0'];

/** Packages whose manifest names no licence, with the one in their LICENSE file. @type {Record<string, string>} */
const LICENCE_FILES = { spawndamnit: 'MIT' };

/** Packages that run a script when they are installed, and may: both look for the binary of the platform. */
const INSTALL_SCRIPTS = ['esbuild', 'webgpu'];

/** Scripts that npm runs on a user's machine, or behind the back of whoever publishes. */
const LIFE_CYCLE = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare', 'prepublishOnly', 'prepack', 'postpack'];

const REGISTRY = 'https://registry.npmjs.org/';

/**
 * @typedef {{ version: string, license?: string, resolved?: string, integrity?: string, dev?: boolean, link?: boolean, hasInstallScript?: boolean }} Locked An entry of the lock file.
 * @typedef {{ path: string, name: string, version: string, licence: string, tool: boolean, locked: Locked }} Dependency
 */

/**
 * Everything under `root` that goes against the rules, one sentence each.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function findSupplyProblems(root) {
  const dependencies = readDependencies(root);
  return [...dependencies.flatMap((one) => [...lockProblems(one), ...licenceProblems(one), ...installedProblems(root, one)]), ...manifestProblems(root), ...publishedProblems(root), ...listProblems(root, dependencies)];
}

/**
 * The list of all that is handed on to users of the apps and of optional peers, as a page.
 *
 * @param {Dependency[]} dependencies
 */
export function formatDependencies(dependencies) {
  const rows = dependencies.filter(({ tool }) => !tool).map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`);
  return `# Dependencies

What the apps of this repository and the optional peers of its packages bring along, with everything below them and for all platforms. The packages themselves install nothing but each other; what is built into them stands in the \`THIRD-PARTY.md\` of each.
Tools that only build and test are not listed. \`npm run check:licences\` holds this page against the lock file; \`node tools/check-licences.mjs --write\` writes it.

| package | version | licence |
|---|---|---|
${[...new Set(rows)].sort().join('\n')}
`;
}

/**
 * All packages of the lock file that come from elsewhere.
 *
 * @param {string} root
 * @returns {Dependency[]}
 */
export function readDependencies(root) {
  /** @type {Record<string, Locked>} */
  const packages = readJson(join(root, 'package-lock.json')).packages;
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, locked]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return { path, name, version: locked.version, licence: LICENCE_FILES[name] ?? locked.license ?? 'none', tool: locked.dev === true, locked };
    });
}

/** @param {Dependency} dependency */
function lockProblems({ path, name, version, locked }) {
  const problems = [];
  // Without an address the package comes from the registry that is configured; the hash says what it must be.
  if (locked.resolved !== undefined && !locked.resolved.startsWith(REGISTRY)) problems.push(`${path} comes from ${locked.resolved}, but must come from ${REGISTRY}`);
  if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(locked.integrity ?? '')) problems.push(`${path} has no sha512 in the lock file; delete the entry and run npm install`);
  if (!/^\d+\.\d+\.\d+/.test(version ?? '')) problems.push(`${path} has the version ${version}, which is none`);
  if (locked.hasInstallScript && !INSTALL_SCRIPTS.includes(name)) problems.push(`${path} runs a script when it is installed; do without it, or say in tools/supply-chain.mjs why it may`);
  return problems;
}

/** @param {Dependency} dependency */
function licenceProblems({ path, licence, tool }) {
  const allowed = tool ? [...LICENCES, ...TOOL_LICENCES] : LICENCES;
  return allows(licence, allowed) ? [] : [`${path} is under ${licence}; allowed are ${allowed.join(', ')}`];
}

/**
 * Whether an SPDX expression can be met: of `A OR B` one, of `A AND B` both.
 *
 * @param {string} expression
 * @param {readonly string[]} allowed
 */
export function allows(expression, allowed) {
  const plain = expression.replace(/[()]/g, '');
  if (plain.includes(' OR ') && plain.includes(' AND ')) return false;
  return plain.includes(' OR ') ? plain.split(' OR ').some((one) => allowed.includes(one)) : plain.split(' AND ').every((one) => allowed.includes(one));
}

/**
 * What is installed must be what the lock file says; packages of other platforms are not installed.
 *
 * @param {string} root
 * @param {Dependency} dependency
 */
function installedProblems(root, { path, locked }) {
  const file = join(root, path, 'package.json');
  if (!existsSync(file)) return [];
  const { version, license, licenses } = readJson(file);
  const licence = license?.type ?? license ?? licenses?.map((/** @type {{ type: string }} */ { type }) => type).join(' OR ');
  if (version !== locked.version) return [`${path} is installed at ${version}, but locked at ${locked.version}; run npm ci`];
  return licence === locked.license ? [] : [`${path} says that its licence is ${licence}, but the lock file says ${locked.license}`];
}

/** @param {string} root */
function manifestProblems(root) {
  return workspaces(root).flatMap((folder) => {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = readJson(join(root, folder, 'package.json'));
    return Object.entries({ ...peerDependencies, ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter(([, range]) => !/^(\^|~|>=)?\d+(\.\d+){0,2}$/.test(range))
      .map(([name, range]) => `${join(folder, 'package.json')} asks for ${name} "${range}"; write a version of the registry`);
  });
}

/** @param {string} root */
function publishedProblems(root) {
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
  return workspaces(root).flatMap((folder) => {
    const { private: hidden, scripts = {}, license } = readJson(join(root, folder, 'package.json'));
    if (hidden) return [];
    const problems = LIFE_CYCLE.filter((script) => Object.hasOwn(scripts, script)).map((script) => `${folder} is published with the script "${script}", which npm runs unasked; call it from build`);
    if (license !== 'MIT') problems.push(`${folder} has the licence ${license} in its manifest, but is under MIT`);
    const file = join(root, folder, 'LICENSE');
    if (!existsSync(file) || readFileSync(file, 'utf8') !== licence) problems.push(`${folder} must hold a copy of LICENSE`);
    return problems;
  });
}

/**
 * @param {string} root
 * @param {Dependency[]} dependencies
 */
function listProblems(root, dependencies) {
  const file = join(root, 'DEPENDENCIES.md');
  const [listed, found] = [existsSync(file) ? readFileSync(file, 'utf8') : '', formatDependencies(dependencies)].map((text) => text.split('\n'));
  const [gone, come] = [listed.filter((line) => !found.includes(line)), found.filter((line) => !listed.includes(line))];
  return [...gone.map((line) => `DEPENDENCIES.md has what the lock file has not: ${line}`), ...come.map((line) => `DEPENDENCIES.md lacks: ${line}`)];
}

/**
 * Folders with a manifest of ours, the root among them.
 *
 * @param {string} root
 */
function workspaces(root) {
  /** @type {string[]} */
  const patterns = readJson(join(root, 'package.json')).workspaces ?? [];
  const folders = patterns.flatMap((pattern) => (pattern.endsWith('/*') ? readdirSync(join(root, pattern.slice(0, -2))).map((name) => join(pattern.slice(0, -2), name)) : [pattern]));
  return ['.', ...folders.filter((folder) => existsSync(join(root, folder, 'package.json')))];
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
