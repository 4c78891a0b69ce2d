/** Packs every published package and looks at the tarball as a registry and as TypeScript would: publint and are-the-types-wrong, for ES modules. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packPackages } from './pack-packages.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'convkit-pack-'));
try {
  for (const { name, tarball } of await packPackages(root, folder)) {
    const commands = [['publint', tarball, '--strict'], ['attw', tarball, '--profile', 'esm-only', '--no-emoji']];
    await Promise.all(
      commands.map(([command, ...options]) =>
        run(join(root, 'node_modules/.bin', command), options).catch((error) => {
          process.exitCode = 1;
          console.error(`${name}: ${command}\n${error.stdout}${error.stderr}`);
        }),
      ),
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
