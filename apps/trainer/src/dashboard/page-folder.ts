import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FileError } from '../file-error.js';

/** Where the built page of the dashboard lies. @throws FileError `DASHBOARD_NOT_BUILT` when its package is not installed. */
export function pageFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('@convkit/dashboard/package.json')), 'dist');
  } catch (cause) {
    throw new FileError({ code: 'DASHBOARD_NOT_BUILT', message: 'the package @convkit/dashboard, the page of the dashboard, is not installed.', help: 'npm ci && npm run build, in the repository, makes it.', cause });
  }
}
