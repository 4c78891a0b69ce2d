/** Packs every published package and prints what is wrong with the tarballs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packPackages } from './pack-packages.mjs';
import { tarballProblems } from './tarball-problems.mjs';

const folder = mkdtempSync(join(tmpdir(), 'convkit-pack-'));
try {
  const problems = await tarballProblems(await packPackages(fileURLToPath(new URL('..', import.meta.url)), folder));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}
