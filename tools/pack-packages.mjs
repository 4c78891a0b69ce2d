import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * @typedef {{ name: string, tarball: string, size: number, unpackedSize: number, files: readonly string[], manifest: Record<string, any> }} Packed
 */

/**
 * Packs every package of `root/packages` as `npm publish` would, into `folder`. The packages must be built.
 *
 * @param {string} root
 * @param {string} folder
 * @returns {Promise<Packed[]>}
 */
export async function packPackages(root, folder) {
  const manifests = new Map();
  for (const name of readdirSync(join(root, 'packages'))) {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
    if (!manifest.private) manifests.set(manifest.name, manifest);
  }
  const workspaces = [...manifests.keys()].flatMap((name) => ['--workspace', name]);
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--pack-destination', folder, ...workspaces], { cwd: root, maxBuffer: 2 ** 26 });
  return Object.values(JSON.parse(stdout)).map(({ name, filename, size, unpackedSize, files }) => ({
    name,
    tarball: join(folder, filename),
    size,
    unpackedSize,
    files: files.map((/** @type {{ path: string }} */ file) => file.path),
    manifest: manifests.get(name),
  }));
}
