import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../tools/examples.mjs';

const copy = mkdtempSync(join(tmpdir(), 'convkit-docs-'));
const typedoc = () => promisify(execFile)('node_modules/.bin/typedoc', ['--emit', 'none', '--projectDocuments', 'page.md', '--readme', 'none'], { cwd: copy, env: { ...process.env, NO_COLOR: '1' } });

beforeAll(() => {
  for (const path of ['typedoc.config.js', 'tsconfig.base.json']) cpSync(join(root, path), join(copy, path));
  for (const path of ['src', 'package.json', 'tsconfig.json']) cpSync(join(root, 'packages/tensor', path), join(copy, 'packages/tensor', path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, 'page.md'), '# A page\n');
  writeFileSync(join(copy, 'package.json'), '{ "private": true, "type": "module" }');
});

afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

it('documents a package whose every name and every field has a comment, and no other', async () => {
  await typedoc();
  appendFileSync(join(copy, 'packages/tensor/src/index.ts'), "export { secret } from './secret.js';\n");
  writeFileSync(join(copy, 'packages/tensor/src/secret.ts'), 'export const secret = 1;\n');
  await expect(typedoc()).rejects.toMatchObject({ code: 4, stderr: expect.stringContaining('secret (Variable), defined in @convkit/tensor/src/secret.ts, does not have any documentation') as string });
  writeFileSync(join(copy, 'packages/tensor/src/secret.ts'), '/** A secret. */\nexport const secret = { bits: 1 };\n');
  await expect(typedoc()).rejects.toMatchObject({ code: 4, stderr: expect.stringContaining('secret.__type.bits (Property), defined in @convkit/tensor/src/secret.ts, does not have any documentation') as string });
  writeFileSync(join(copy, 'packages/tensor/src/secret.ts'), '/** See {@link nothing}. */\nexport const secret = 1;\n');
  await expect(typedoc()).rejects.toMatchObject({ stderr: expect.stringContaining('Failed to resolve link to "nothing"') as string });
}, 120_000);
