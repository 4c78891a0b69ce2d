import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { it } from 'vitest';

/** Path of a file of the shared test data: in the folder `CONVKIT_SHARED`, or `../shared/data` beside the repository. */
function sharedPath(name: string): string {
  const folder = process.env.CONVKIT_SHARED ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
  return `${folder}/${name}`;
}

/** A test that needs a file of the shared data; without the file it is skipped, and says so in its title and on the console. */
export function itWithShared(name: string, title: string, body: (path: string) => Promise<void>, timeout?: number): void {
  const path = sharedPath(name);
  const absent = !existsSync(path);
  if (absent) console.warn(`shared data absent: ${path}; skipped: ${title}`);
  it.skipIf(absent)(absent ? `shared data absent: ${name}: ${title}` : title, () => body(path), timeout);
}
