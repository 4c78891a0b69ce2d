/**
 * Holds the lock file, the licences and the manifests against the rules of `supply-chain.mjs`, and asks the registry's audit service, where one answers, for known holes in what is handed on.
 *
 *     npm run check:licences
 *     node tools/check-licences.mjs --write     writes DEPENDENCIES.md
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findSupplyProblems, formatDependencies, readDependencies } from './supply-chain.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
if (process.argv.includes('--write')) writeFileSync(join(root, 'DEPENDENCIES.md'), formatDependencies(readDependencies(root)));

const problems = [...findSupplyProblems(root), ...(await auditProblems())];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** @returns {Promise<string[]>} */
async function auditProblems() {
  /** @type {string} */
  const answer = await new Promise((done) => execFile('npm', ['audit', '--omit=dev', '--json', '--fetch-retries=0'], { cwd: root, timeout: 30_000, maxBuffer: 2 ** 26 }, (_, stdout) => done(stdout)));
  const { vulnerabilities, message } = parse(answer);
  if (!vulnerabilities) {
    console.log(`No audit service answers (${message ?? 'no connection'}): what is known offline was checked.`);
    return [];
  }
  return Object.values(vulnerabilities)
    .filter(({ severity }) => severity === 'high' || severity === 'critical')
    .map(({ name, severity, range }) => `${name} ${range} has a hole of severity ${severity}; npm audit --omit=dev tells more`);
}

/**
 * @param {string} text
 * @returns {{ vulnerabilities?: Record<string, { name: string, severity: string, range: string }>, message?: string }}
 */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
