import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ESLint } from 'eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../tools/examples.mjs';

const run = promisify(execFile);
const copy = mkdtempSync(join(tmpdir(), 'convkit-new-'));
const made = (kind: string, name: string) => run('node', ['tools/new.mjs', kind, name], { cwd: copy });
const read = (path: string) => readFileSync(join(copy, path), 'utf8');

const sources = ['packages/kernels-gpu/src/softplus/forward.ts', 'packages/kernels-gpu/src/softplus/backward.ts', 'packages/kernels-gpu/src/elementwise/multiply-add.ts', 'packages/layers/src/soft-sign.ts'];
const tests = sources.map((path) => path.replace('/src/', '/test/').replace('.ts', '.test.ts'));

beforeAll(async () => {
  for (const path of ['tsconfig.base.json', 'tsconfig.json', 'vitest.config.ts', 'eslint.config.js', 'package.json', 'tools']) cpSync(join(root, path), join(copy, path), { recursive: true });
  for (const name of ['tensor', 'kernels-gpu', 'optim', 'kernels-cpu', 'layers']) {
    for (const path of ['src', 'test', 'package.json', 'tsconfig.json']) {
      const from = join(root, 'packages', name, path);
      if (existsSync(from)) cpSync(from, join(copy, 'packages', name, path), { recursive: true });
    }
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  await made('kernel', 'softplus/forward');
  await made('kernel', 'softplus/backward');
  await made('kernel', 'elementwise/multiply-add');
  await made('layer', 'soft-sign');
}, 60_000);

afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

it('writes a line into the index beside the same operation, or at its end', () => {
  const index = read('packages/kernels-gpu/src/index.ts');
  expect(index).toContain("export { softplusForward } from './softplus/forward.js';\nexport { softplusBackward } from './softplus/backward.js';\n");
  expect(index).toMatch(/from '.\/elementwise\/\w+.js';\nexport \{ multiplyAdd \} from '.\/elementwise\/multiply-add.js';\n/);
  expect(read('packages/layers/src/index.ts').endsWith("export { softSign } from './soft-sign.js';\n")).toBe(true);
});

it('compiles, and is clean but for what is left to do', async () => {
  const files = [...sources, ...tests, 'packages/layers/test/support/layer-laws.ts', 'packages/kernels-gpu/src/index.ts', 'packages/layers/src/index.ts'];
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ extends: './tsconfig.base.json', compilerOptions: { allowImportingTsExtensions: true }, files }));
  await run('node_modules/.bin/tsc', ['-p', 'tsconfig.json'], { cwd: copy });
  const results = await new ESLint({ cwd: copy }).lintFiles(files);
  const found = results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message));
  expect(new Set(found)).toEqual(new Set(['no-warning-comments']));
  expect(results.filter(({ messages }) => messages.length > 0).map(({ filePath }) => filePath.slice(copy.length + 1)).sort()).toEqual([...sources, ...tests].filter((path) => !path.endsWith('soft-sign.test.ts')).sort());
}, 120_000);

it('passes its tests and the laws of its package', async () => {
  const report = join(copy, 'report.json');
  const wanted = [...tests, 'packages/kernels-gpu/test/every-kernel.test.ts', 'packages/layers/test/layer-laws.test.ts'];
  await run('node_modules/.bin/vitest', ['run', '--project=node', '--reporter=json', `--outputFile=${report}`, ...wanted], { cwd: copy, maxBuffer: 2 ** 26 }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${error.stdout}${error.stderr}${existsSync(report) ? read('report.json') : ''}`);
  });
  const { success, testResults } = JSON.parse(read('report.json')) as { success: boolean; testResults: { name: string; assertionResults: { fullName: string }[] }[] };
  expect(success).toBe(true);
  for (const path of wanted) expect(testResults.some(({ name }) => name.endsWith(path))).toBe(true);
  const names = testResults.flatMap(({ assertionResults }) => assertionResults.map(({ fullName }) => fullName));
  for (const name of ['softplusForward', 'softplusBackward', 'multiplyAdd', 'softSign']) expect(names.some((fullName) => fullName.includes(name))).toBe(true);
}, 240_000);

describe('refuses', () => {
  it.each([
    ['kernel', 'softplus'],
    ['kernel', 'Softplus/forward'],
    ['kernel', 'a/b/c'],
    ['kernel', '../x/y'],
    ['layer', 'soft/sign'],
    ['layer', ''],
    ['model', 'x'],
  ])('%s "%s"', async (kind, name) => {
    await expect(made(kind, name)).rejects.toMatchObject({ code: 2, stderr: 'usage: npm run new kernel OP/FILE | npm run new layer NAME (lower case, words joined by -)\n' });
  });

  it('to write over what is there', async () => {
    const index = read('packages/layers/src/index.ts');
    await expect(made('layer', 'relu')).rejects.toMatchObject({ code: 2, stderr: 'packages/layers/src/relu.ts is there already\n' });
    expect(read('packages/layers/src/index.ts')).toBe(index);
  });
});
