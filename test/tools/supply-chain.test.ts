import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allows, findSupplyProblems, formatDependencies, LICENCES, readDependencies } from '../../tools/supply-chain.mjs';

const integrity = `sha512-${'A'.repeat(86)}==`;
const good = { version: '1.2.3', resolved: 'https://registry.npmjs.org/good/-/good-1.2.3.tgz', integrity, license: 'MIT' };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'convkit-supply-'));
  json('package.json', { private: true, workspaces: ['packages/*'], devDependencies: { good: '^1.2.3' } });
  json('packages/ours/package.json', { name: 'ours', license: 'MIT', scripts: { build: 'tsup' } });
  for (const path of ['LICENSE', 'packages/ours/LICENSE']) file(path, 'MIT License');
  lock({ 'node_modules/good': good, 'node_modules/ours': { link: true }, 'packages/ours': {} });
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function file(path: string, text: string) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function json(path: string, content: object) {
  file(path, JSON.stringify(content));
}

/** A lock file, and the list that goes with it. */
function lock(packages: object) {
  json('package-lock.json', { packages: { '': {}, ...packages } });
  file('DEPENDENCIES.md', formatDependencies(readDependencies(root)));
}

it('lets pass what is locked by a hash, under a licence of the list', () => {
  expect(findSupplyProblems(root)).toEqual([]);
});

it('lets pass a tool under a licence for tools, and an entry without an address, for its hash says what it is', () => {
  const { resolved: _, ...without } = good;
  lock({ 'node_modules/good': without, 'node_modules/tool': { ...good, license: 'MPL-2.0', dev: true } });
  expect(findSupplyProblems(root)).toEqual([]);
});

describe('refuses', () => {
  it.each<[string, object, RegExp]>([
    ['another source', { resolved: 'git+ssh://git@github.com/a/good.git#1' }, /comes from git\+ssh/],
    ['a registry that only begins like the registry', { resolved: 'https://registry.npmjs.org.evil.example/good.tgz' }, /must come from/],
    ['an address without encryption', { resolved: 'http://registry.npmjs.org/good.tgz' }, /must come from/],
    ['no hash', { integrity: undefined }, /has no sha512/],
    ['a weak hash', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, /has no sha512/],
    ['no version', { version: 'file:../good' }, /which is none/],
    ['a script on installing', { hasInstallScript: true }, /runs a script/],
    ['a licence that is not listed', { license: 'GPL-3.0-only' }, /is under GPL-3.0-only/],
    ["a tool's licence for what is handed on", { license: 'MPL-2.0' }, /is under MPL-2.0/],
    ['no licence', { license: undefined }, /is under none/],
  ])('%s', (_, change, sentence) => {
    lock({ 'node_modules/good': { ...good, ...change } });
    expect(findSupplyProblems(root)).toEqual([expect.stringMatching(sentence)]);
  });

  it.each(['git+https://github.com/a/good.git', 'github:a/good', 'file:../good', 'https://example.org/good.tgz', '*', 'latest', ''])('a manifest that asks for "%s"', (range) => {
    json('package.json', { private: true, workspaces: ['packages/*'], dependencies: { good: range } });
    expect(findSupplyProblems(root)).toEqual([expect.stringMatching(/asks for good/)]);
  });

  it('an installed package that is not the locked one', () => {
    json('node_modules/good/package.json', { version: '1.2.4', license: 'MIT' });
    expect(findSupplyProblems(root)).toEqual([expect.stringMatching(/installed at 1.2.4/)]);
    json('node_modules/good/package.json', { version: '1.2.3', license: 'ISC' });
    expect(findSupplyProblems(root)).toEqual([expect.stringMatching(/says that its licence is ISC/)]);
  });

  it.each(['preinstall', 'install', 'postinstall', 'prepare', 'prepack'])('a published package with the script "%s"', (script) => {
    json('packages/ours/package.json', { name: 'ours', license: 'MIT', scripts: { [script]: 'node x.js' } });
    expect(findSupplyProblems(root)).toEqual([expect.stringContaining(`the script "${script}"`)]);
  });

  it('a published package without the licence', () => {
    file('packages/ours/LICENSE', 'another');
    expect(findSupplyProblems(root)).toEqual([expect.stringMatching(/must hold a copy/)]);
  });

  it('a list that is not up to date', () => {
    json('package-lock.json', { packages: { 'node_modules/good': { ...good, version: '1.3.0' } } });
    expect(findSupplyProblems(root)).toEqual(['DEPENDENCIES.md has what the lock file has not: | good | 1.2.3 | MIT |', 'DEPENDENCIES.md lacks: | good | 1.3.0 | MIT |']);
  });
});

it('reads expressions of licences', () => {
  expect(allows('MIT', LICENCES)).toBe(true);
  expect(allows('(MIT OR GPL-2.0)', LICENCES)).toBe(true);
  expect(allows('Apache-2.0 AND LGPL-3.0-or-later', LICENCES)).toBe(true);
  expect(allows('MIT AND GPL-2.0', LICENCES)).toBe(false);
  expect(allows('MIT OR GPL-2.0 AND ISC', LICENCES)).toBe(false);
  expect(allows('', LICENCES)).toBe(false);
});
