import { readFile, readdir } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { FileError } from '../file-error.js';

/** A file of the page, as it is sent. */
export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

const types: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.woff2', 'font/woff2'],
  ['.json', 'application/json; charset=utf-8'],
  ['.map', 'application/json; charset=utf-8'],
]);

/**
 * All files of the built page by the path that a browser asks for, read once: what is not among them then does not exist, however a path is written. `/` is `index.html`; links are left out.
 *
 * @throws FileError `DASHBOARD_NOT_BUILT`
 */
export async function readAssets(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const assets = new Map<string, Asset>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join('/')}`;
    assets.set(path === '/index.html' ? '/' : path, { type: types.get(extname(path)) ?? 'application/octet-stream', body: await readFile(file) });
  }
  if (assets.has('/')) return assets;
  throw new FileError({ code: 'DASHBOARD_NOT_BUILT', message: `${folder}: the page of the dashboard is not there.`, help: 'npm run build makes it.' });
}
