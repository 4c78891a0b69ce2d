import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const commands = fileURLToPath(new URL('../node_modules/.bin', import.meta.url));

/**
 * Looks at tarballs as a registry and as TypeScript would: publint and are-the-types-wrong, for ES modules.
 *
 * @param {readonly { name: string, tarball: string }[]} packed
 * @returns {Promise<string[]>} What is wrong, in the words of the tool that found it.
 */
export async function tarballProblems(packed) {
  const problems = [];
  for (const { name, tarball } of packed) {
    const lines = [['publint', tarball, '--strict'], ['attw', tarball, '--profile', 'esm-only', '--no-emoji']].map(async ([command, ...options]) => {
      const error = await promisify(execFile)(join(commands, command), options).then(() => undefined, (/** @type {{ stdout: string, stderr: string }} */ thrown) => thrown);
      return error ? [`${name}: ${command}\n${error.stdout}${error.stderr}`] : [];
    });
    problems.push(...(await Promise.all(lines)).flat());
  }
  return problems;
}
