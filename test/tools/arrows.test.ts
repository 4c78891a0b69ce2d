import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findArrowProblems } from '../../tools/arrows.mjs';

const rules = { levels: [['low'], ['left', 'right'], ['top']], bundled: { left: ['small'] } };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'convkit-arrows-'));
  for (const name of ['low', 'left', 'right']) manifest(`packages/${name}`, { name: `@convkit/${name}` });
  manifest('packages/left', { name: '@convkit/left', dependencies: { '@convkit/low': '^1.0.0' }, peerDependencies: { sharp: '*' }, peerDependenciesMeta: { sharp: { optional: true } } });
  manifest('apps/top', { name: '@convkit/top', private: true, dependencies: { '@convkit/left': '^1.0.0', commander: '14.0.0' } });
  file('packages/low/src/index.ts', "export { low } from './low.js';");
  file('packages/low/src/low.ts', "import { readFile } from 'node:fs/promises';");
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function file(path: string, text: string) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function manifest(folder: string, content: object) {
  file(`${folder}/package.json`, JSON.stringify(content));
}

describe('lets pass', () => {
  it.each<[string, string, string]>([
    ['an import from a lower level', 'packages/left/src/a.ts', "import { low } from '@convkit/low';"],
    ['an optional peer', 'packages/left/src/a.ts', "const { default: sharp } = await import('sharp');"],
    ['what is bundled', 'packages/left/src/a.ts', "import { small } from 'small/part';"],
    ['any dependency of an app', 'apps/top/src/a.ts', "import { Command } from 'commander';"],
    ['a module named in a text or a comment', 'packages/low/src/a.ts', '// import "@convkit/left"\nexport const s = "import x from \'@convkit/left\'";'],
    ['files that know each other by type only', 'packages/low/src/low.ts', "import type { Low } from './low.js';\nimport { type Low as L } from './low.js';"],
    ['test helpers shared across packages', 'packages/left/test/a.test.ts', "import { close } from '../../low/test/support/close.js';"],
    ['a test of an internal file', 'packages/low/test/a.test.ts', "import { low } from '../src/low.js';"],
  ])('%s', (_, path, text) => {
    file(path, text);
    expect(findArrowProblems(root, rules)).toEqual([]);
  });

  it('this repository', () => {
    expect(findArrowProblems(fileURLToPath(new URL('../..', import.meta.url)))).toEqual([]);
  });
});

describe('reports', () => {
  it.each<[string, string, string, string]>([
    ['an import from the same level', 'packages/left/src/a.ts', "import { right } from '@convkit/right';", 'packages/left/src/a.ts: imports @convkit/right (level 1) into level 1; only lower levels are allowed'],
    ['a type from above', 'packages/low/src/a.ts', "import type { Left } from '@convkit/left';", 'packages/low/src/a.ts: imports @convkit/left (level 1) into level 0; only lower levels are allowed'],
    ['a dynamic import from above', 'packages/low/src/a.ts', "await import('@convkit/left');", 'packages/low/src/a.ts: imports @convkit/left (level 1) into level 0; only lower levels are allowed'],
    ['a type reference from above', 'packages/low/src/a.ts', "let a: import('@convkit/left').Left;", 'packages/low/src/a.ts: imports @convkit/left (level 1) into level 0; only lower levels are allowed'],
    ['an export from above', 'packages/low/src/a.ts', "export { left } from '@convkit/left';", 'packages/low/src/a.ts: imports @convkit/left (level 1) into level 0; only lower levels are allowed'],
    ['an import that is not declared', 'packages/right/src/a.ts', "import { low } from '@convkit/low';", 'packages/right/src/a.ts: imports @convkit/low, which is not in the dependencies of right'],
    ['foreign code', 'packages/low/src/a.ts', "import _ from 'lodash';", 'packages/low/src/a.ts: imports lodash, which low neither declares nor bundles'],
    ['a path into a package', 'packages/left/src/a.ts', "import { low } from '@convkit/low/dist/low.js';", 'packages/left/src/a.ts: imports @convkit/low/dist/low.js; a package is its index, import @convkit/low'],
    ['a relative path to another package', 'packages/left/src/a.ts', "import { low } from '../../low/src/low.js';", 'packages/left/src/a.ts: imports ../../low/src/low.js, which is outside the package; import other packages by name'],
    ['a Node module without its prefix', 'packages/low/src/a.ts', "import { join } from 'path';", 'packages/low/src/a.ts: imports path; write node:path'],
    ['a test that goes past the build', 'packages/low/test/deep/a.test.ts', "import { low } from '../../src/index.js';", 'packages/low/test/deep/a.test.ts: imports ../../src/index.js; import @convkit/low, so that the test also runs on the built package'],
    ['a test that reaches into another package', 'packages/left/test/a.test.ts', "import { low } from '../../low/src/low.js';", 'packages/left/test/a.test.ts: imports ../../low/src/low.js, which is outside the package; import other packages by name'],
    ['files that load each other', 'packages/low/src/low.ts', "import { low } from './index.js';", 'low: files in a circle: src/index.ts -> src/low.ts -> src/index.ts'],
  ])('%s', (_, path, text, problem) => {
    file(path, text);
    expect(findArrowProblems(root, rules)).toEqual([problem]);
  });

  it.each<[string, string, object, string[]]>([
    ['a dependency on a higher level', 'packages/low', { name: '@convkit/low', dependencies: { '@convkit/right': '^1.0.0' } }, ['low (level 0) depends on right (level 1); only lower levels are allowed']],
    ['packages in a circle', 'packages/low', { name: '@convkit/low', devDependencies: { '@convkit/left': '^1.0.0' } }, ['packages in a circle: left -> low -> left']],
    ['a dependency that is no package', 'packages/left', { name: '@convkit/left', dependencies: { '@convkit/lost': '^1.0.0' } }, ['left depends on @convkit/lost, which is no package here']],
    ['foreign dependencies of a published package', 'packages/low', { name: '@convkit/low', dependencies: { 'gpu.js': '2.24.1' } }, ['low would make its users install gpu.js; make it an optional peer, bundle it, or do without']],
    ['a peer that is not optional', 'packages/low', { name: '@convkit/low', peerDependencies: { sharp: '*' } }, ['low has the peer sharp, which must be optional']],
    ['a package without a level', 'packages/new', { name: '@convkit/new' }, ['new has no level; give it one in tools/arrows.mjs']],
  ])('%s', (_, folder, content, problems) => {
    manifest(folder, content);
    expect(findArrowProblems(root, rules)).toEqual(problems);
  });

  it('a level without a package', () => {
    rmSync(join(root, 'packages/right'), { recursive: true });
    expect(findArrowProblems(root, rules)).toEqual(['right has a level in tools/arrows.mjs, but there is no such package']);
  });
});
