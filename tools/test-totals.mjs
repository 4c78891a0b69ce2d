/** `node tools/test-totals.mjs FOLDER` adds up the JSON reports that Vitest left there: names what was skipped, then prints `N passed, N failed`. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * @param {string} file
 * @returns {{ passed: number, failed: number, skipped: string[] }}
 */
export function countTests(file) {
  const counts = { passed: 0, failed: 0, skipped: /** @type {string[]} */ ([]) };
  for (const { status, assertionResults } of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    // A file that does not load, or whose hooks fail, has failed although none of its tests has.
    if (status === 'failed' && !assertionResults.some((/** @type {any} */ test) => test.status === 'failed')) counts.failed++;
    for (const test of assertionResults) {
      if (test.status === 'passed') counts.passed++;
      else if (test.status === 'failed') counts.failed++;
      else counts.skipped.push(test.fullName);
    }
  }
  return counts;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2];
  const all = readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => countTests(join(folder, name)));
  for (const name of all.flatMap(({ skipped }) => skipped)) console.log(`skipped: ${name}`);
  const sum = (/** @type {'passed' | 'failed'} */ kind) => all.reduce((total, counts) => total + counts[kind], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
}
