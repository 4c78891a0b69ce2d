import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from '../../tools/examples.mjs';
import { toCommonJs } from '../../tools/install-matrix.mjs';

const run = promisify(execFile);

it('publishes nowhere but in the workflow, and says what to do instead', async () => {
  const env = { PATH: process.env.PATH, GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'a/b', NPM_TOKEN: 'secret' };
  const error = await run('node', [join(root, 'tools/release.mjs')], { env }).catch((thrown: { code: number; stdout: string; stderr: string }) => thrown);
  expect(error).toMatchObject({ code: 1, stdout: '' });
  expect(error.stderr).toMatch(/^error: packages are published by the release workflow only.*\nhelp: npm run release -- --dry-run/);
});

it('refuses an option that it does not know, such as a misspelt --dry-run', async () => {
  await expect(run('node', [join(root, 'tools/release.mjs'), '--dryrun'])).rejects.toThrow(/Unknown option '--dryrun'/);
});

it('turns a program into CommonJS that tells when it is over', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'convkit-commonjs-'));
  try {
    writeFileSync(join(folder, 'program.cjs'), toCommonJs("import { join as put, sep } from 'node:path';\nawait Promise.resolve();\nconsole.log(put('a', 'b') === `a${sep}b`);\nexport {};\n"));
    const { stdout } = await run('node', [join(root, 'tools/run-examples.mjs'), join(folder, 'program.cjs')]);
    expect(JSON.parse(stdout)).toEqual({ output: 'true\n', error: '' });
    writeFileSync(join(folder, 'fails.cjs'), toCommonJs("throw new Error('seen');"));
    expect((await run('node', [join(root, 'tools/run-examples.mjs'), join(folder, 'fails.cjs')])).stdout).toContain('Error: seen');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('runs in workflows that may do little, of actions pinned by their major version', () => {
  const folder = join(root, '.github/workflows');
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    const actions = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    expect(actions.length, name).toBeGreaterThan(0);
    for (const action of actions) expect(action).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
    expect(text, name).toMatch(/^permissions:\n {2}contents: read$/m);
    const scripts = Object.keys((JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }).scripts);
    for (const [, script] of text.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toContain(script);
  }
  expect(readFileSync(join(folder, 'release.yml'), 'utf8')).toMatch(/id-token: write[\s\S]*NPM_CONFIG_PROVENANCE: 'true'/);
});
