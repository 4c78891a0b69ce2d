/** Which package may stand on which, as data, and the check that holds every manifest and every import against it. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** Lowest first. A package imports from lower levels only. */
export const LEVELS = [
  ['tensor'],
  ['kernels-gpu', 'optim', 'data-aug'],
  ['layers', 'kernels-cpu', 'datasets', 'dataset-fashion-mnist'],
  ['alexnet', 'model-io'],
  ['training'],
  ['dashboard'],
  ['trainer', 'playground'],
];

/** Third-party code that is built into a published package, so that nobody has to install it. A new name needs a page in docs/decisions. */
export const BUNDLED = { 'kernels-gpu': ['gpu.js'], datasets: ['modern-tar'] };

const SCOPE = '@convkit/';

/**
 * @typedef {{ name: string, folder: string, level: number, published: boolean, manifest: Record<string, any> }} Package
 * @typedef {{ specifier: string, typeOnly: boolean }} Import
 */

/**
 * Everything under `root` that goes against the levels, one sentence each.
 *
 * @param {string} root
 * @param {{ levels?: readonly (readonly string[])[], bundled?: Record<string, readonly string[]> }} [rules]
 * @returns {string[]}
 */
export function findArrowProblems(root, { levels = LEVELS, bundled = BUNDLED } = {}) {
  const packages = readPackages(root, levels);
  const problems = levelProblems(packages, levels);
  for (const owner of packages) {
    problems.push(...manifestProblems(owner, packages));
    for (const file of sourceFiles(join(owner.folder, 'src'))) {
      for (const { specifier } of importsOf(file)) {
        const problem = importProblem(specifier, file, owner, packages, bundled[owner.name] ?? []);
        if (problem) problems.push(`${relative(root, file)}: ${problem}`);
      }
    }
    for (const file of sourceFiles(join(owner.folder, 'test'))) {
      for (const { specifier } of importsOf(file)) {
        const problem = testImportProblem(specifier, file, owner);
        if (problem) problems.push(`${relative(root, file)}: ${problem}`);
      }
    }
    const circle = findCircle(fileGraph(join(owner.folder, 'src')));
    if (circle) problems.push(`${owner.name}: files in a circle: ${circle.map((file) => relative(owner.folder, file)).join(' -> ')}`);
  }
  const circle = findCircle(new Map(packages.map(({ name, manifest }) => [name, Object.keys(dependenciesOf(manifest)).filter(isOurs).map(short)])));
  if (circle) problems.push(`packages in a circle: ${circle.join(' -> ')}`);
  return problems;
}

/**
 * Which packages each package really imports, by short names: for pictures of the whole.
 *
 * @param {string} root
 * @returns {Map<string, string[]>}
 */
export function packageImports(root) {
  return new Map(
    readPackages(root, LEVELS).map(({ name, folder }) => {
      const specifiers = sourceFiles(join(folder, 'src')).flatMap((file) => importsOf(file).map(({ specifier }) => specifier));
      return [name, [...new Set(specifiers.filter(isOurs).map(short))].sort()];
    }),
  );
}

/**
 * @param {string} root
 * @param {readonly (readonly string[])[]} levels
 * @returns {Package[]}
 */
function readPackages(root, levels) {
  return ['packages', 'apps'].flatMap((group) =>
    (existsSync(join(root, group)) ? readdirSync(join(root, group)) : [])
      .map((name) => join(root, group, name))
      .filter((folder) => existsSync(join(folder, 'package.json')))
      .map((folder) => {
        const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        const name = short(manifest.name);
        return { name, folder, manifest, published: !manifest.private, level: levels.findIndex((level) => level.includes(name)) };
      }),
  );
}

/**
 * @param {Package[]} packages
 * @param {readonly (readonly string[])[]} levels
 */
function levelProblems(packages, levels) {
  const unknown = packages.filter(({ level }) => level < 0).map(({ name }) => `${name} has no level; give it one in tools/arrows.mjs`);
  const gone = levels.flat().filter((name) => !packages.some((one) => one.name === name));
  return [...unknown, ...gone.map((name) => `${name} has a level in tools/arrows.mjs, but there is no such package`)];
}

/**
 * @param {Package} owner
 * @param {Package[]} packages
 */
function manifestProblems({ name, level, published, manifest }, packages) {
  const problems = [];
  for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    if (isOurs(dependency)) {
      const other = packages.find((one) => one.name === short(dependency));
      if (!other) problems.push(`${name} depends on ${dependency}, which is no package here`);
      else if (other.level >= level) problems.push(`${name} (level ${level}) depends on ${other.name} (level ${other.level}); only lower levels are allowed`);
    } else if (published) {
      problems.push(`${name} would make its users install ${dependency}; make it an optional peer, bundle it, or do without`);
    }
  }
  for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
    if (!manifest.peerDependenciesMeta?.[peer]?.optional) problems.push(`${name} has the peer ${peer}, which must be optional`);
  }
  return problems;
}

/**
 * @param {string} specifier
 * @param {string} file
 * @param {Package} owner
 * @param {Package[]} packages
 * @param {readonly string[]} bundled
 * @returns {string | undefined}
 */
function importProblem(specifier, file, owner, packages, bundled) {
  if (specifier.startsWith('.')) return leaves(specifier, file, owner) ? foreignPath(specifier) : undefined;
  if (specifier.startsWith('node:')) return undefined;
  if (builtinModules.includes(specifier)) return `imports ${specifier}; write node:${specifier}`;
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = owner.manifest;
  if (isOurs(name)) {
    const other = packages.find((one) => one.name === short(name));
    if (specifier !== name) return `imports ${specifier}; a package is its index, import ${name}`;
    if (other && other.level >= owner.level) return `imports ${name} (level ${other.level}) into level ${owner.level}; only lower levels are allowed`;
    return name in dependencies ? undefined : `imports ${name}, which is not in the dependencies of ${owner.name}`;
  }
  return name in dependencies || name in optionalDependencies || name in peerDependencies || bundled.includes(name) ? undefined : `imports ${name}, which ${owner.name} neither declares nor bundles`;
}

/**
 * Tests see packages as users do, by name, so that the same tests run on the sources and on the build. They may share helpers in `test/support`.
 *
 * @param {string} specifier
 * @param {string} file
 * @param {Package} owner
 */
function testImportProblem(specifier, file, owner) {
  if (!specifier.startsWith('.')) return undefined;
  const target = resolve(dirname(file), specifier);
  if (target === join(owner.folder, 'src', 'index.js')) return `imports ${specifier}; import ${owner.manifest.name}, so that the test also runs on the built package`;
  return leaves(specifier, file, owner) && !target.includes(join('test', 'support')) ? foreignPath(specifier) : undefined;
}

/**
 * Whether a relative import ends outside the package.
 *
 * @param {string} specifier
 * @param {string} file
 * @param {Package} owner
 */
function leaves(specifier, file, owner) {
  return specifier.startsWith('.') && relative(owner.folder, resolve(dirname(file), specifier)).startsWith('..');
}

/** @param {string} specifier */
function foreignPath(specifier) {
  return `imports ${specifier}, which is outside the package; import other packages by name`;
}

/** @param {string} folder @returns {string[]} */
function sourceFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

/**
 * Every module a file names, in import and export statements, dynamic imports and types.
 *
 * @param {string} file
 * @returns {Import[]}
 */
function importsOf(file) {
  /** @type {Import[]} */
  const found = [];
  /** @param {ts.Node | undefined} node @param {boolean} typeOnly */
  const add = (node, typeOnly) => {
    if (node && ts.isStringLiteralLike(node)) found.push({ specifier: node.text, typeOnly });
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext));
  return found;
}

/** @param {ts.ImportClause | undefined} clause */
function isTypeOnly(clause) {
  if (!clause) return false;
  const names = clause.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : undefined;
  return clause.phaseModifier === ts.SyntaxKind.TypeKeyword || (!clause.name && names !== undefined && names.every((name) => name.isTypeOnly));
}

/**
 * The files of a folder and the files whose code each loads. Types are left out: they are gone at run time.
 *
 * @param {string} folder
 */
function fileGraph(folder) {
  const graph = new Map();
  for (const file of sourceFiles(folder)) {
    const loaded = importsOf(file).filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly);
    graph.set(file, loaded.map(({ specifier }) => sourceOf(resolve(dirname(file), specifier))));
  }
  return graph;
}

/**
 * The file that is imported under the name which it has when it is compiled.
 *
 * @param {string} path
 */
function sourceOf(path) {
  const stem = path.replace(/\.js$/, '');
  return existsSync(`${stem}.tsx`) ? `${stem}.tsx` : `${stem}.ts`;
}

/**
 * @param {Map<string, string[]>} graph
 * @returns {string[] | undefined} The names along the first circle, its start at both ends.
 */
function findCircle(graph) {
  const done = new Set();
  /** @type {string[]} */
  const path = [];
  /** @param {string} name @returns {string[] | undefined} */
  const visit = (name) => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    path.push(name);
    for (const next of graph.get(name) ?? []) {
      const circle = visit(next);
      if (circle) return circle;
    }
    path.pop();
    done.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const circle = visit(name);
    if (circle) return circle;
  }
  return undefined;
}

/** @param {Record<string, any>} manifest */
function dependenciesOf({ dependencies, optionalDependencies, peerDependencies, devDependencies }) {
  return { ...dependencies, ...optionalDependencies, ...peerDependencies, ...devDependencies };
}

/** @param {string} name */
function isOurs(name) {
  return name.startsWith(SCOPE);
}

/** @param {string} name */
function short(name) {
  return name.replace(SCOPE, '');
}
