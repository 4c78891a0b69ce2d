/**
 * Says whether a change is done: runs every script `check:*` of package.json and prints one line for each, in order, its output only when it fails.
 *
 *     npm run check                     all
 *     npm run check -- types lint       these
 *     npm run check -- --except tests   all but these
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { countTests } from './test-totals.mjs';

const root = new URL('..', import.meta.url);
const parts = Object.keys(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).scripts)
  .filter((script) => script.startsWith('check:'))
  .map((script) => script.slice('check:'.length));

const { positionals, values } = parseArgs({ allowPositionals: true, options: { except: { type: 'string', multiple: true, default: [] } } });
const unknown = [...positionals, ...values.except].filter((name) => !parts.includes(name));
if (unknown.length > 0) {
  console.error(`There is no check called ${unknown.join(' or ')}. There are: ${parts.join(', ')}.`);
  process.exit(2);
}
const chosen = parts.filter((name) => (positionals.length === 0 || positionals.includes(name)) && !values.except.includes(name));

const reports = process.env.CONVKIT_REPORTS ?? mkdtempSync(join(tmpdir(), 'convkit-check-'));
const width = Math.max(...parts.map((name) => name.length)) + 2;
const failed = [];
const results = startAll(chosen);
for (const [i, name] of chosen.entries()) {
  process.stdout.write(name.padEnd(width));
  const { code, output, report, milliseconds } = await results[i];
  const seconds = `${(milliseconds / 1000).toFixed(1)} s`.padStart(9);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}${seconds}${report ? `   ${report}` : ''}`);
  if (code !== 0) {
    failed.push(name);
    console.log(stripVTControlCharacters(output).trimEnd().replace(/^/gm, '    '));
  }
}
console.log(failed.length === 0 ? `All ${chosen.length} checks passed.` : `Failed: ${failed.join(', ')}. Run one alone with npm run check:NAME.`);
process.exitCode = failed.length === 0 ? 0 : 1;

/**
 * Tests use all cores and run alone; the other parts have one thread each and run two at a time.
 *
 * @param {string[]} names
 * @returns {ReturnType<typeof run>[]}
 */
function startAll(names) {
  /** @type {Promise<unknown>[]} */
  let lanes = [Promise.resolve(), Promise.resolve()];
  return names.map((name, i) => {
    const alone = name.endsWith('tests');
    const result = (alone ? Promise.all(lanes) : lanes[i % 2]).then(() => run(name));
    lanes = lanes.map((lane, j) => (alone || j === i % 2 ? result : lane));
    return result;
  });
}

/**
 * @param {string} name
 * @returns {Promise<{ code: number | null, output: string, report: string | undefined, milliseconds: number }>}
 */
function run(name) {
  const start = performance.now();
  const file = join(reports, `${name}.json`);
  const options = name.endsWith('tests') ? ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`] : [];
  return new Promise((done) => {
    const child = spawn('npm', ['run', '--silent', `check:${name}`, ...options], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('close', (code) => {
      const counts = existsSync(file) ? countTests(file) : undefined;
      done({ code, output, milliseconds: performance.now() - start, report: counts && `${counts.passed} passed, ${counts.failed} failed${counts.skipped.length > 0 ? `, ${counts.skipped.length} skipped` : ''}` });
    });
  });
}
