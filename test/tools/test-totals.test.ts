import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../tools/examples.mjs';

const test = (fullName: string, status: string) => ({ fullName, status });

it('adds up the reports of a folder, names what was skipped, and counts a file that did not load as failed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convkit-totals-'));
  const report = (name: string, testResults: object[]) => writeFileSync(join(folder, name), JSON.stringify({ testResults }));
  report('source.json', [
    { status: 'passed', assertionResults: [test('adds', 'passed'), test('needs a GPU', 'skipped')] },
    { status: 'failed', assertionResults: [test('divides', 'failed'), test('multiplies', 'passed')] },
  ]);
  report('built.json', [{ status: 'failed', assertionResults: [] }, { status: 'failed', assertionResults: [test('hooks fail', 'passed')] }]);
  const output = execFileSync('node', [join(root, 'tools/test-totals.mjs'), folder], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect(output).toBe('skipped: needs a GPU\n3 passed, 3 failed\n');
});
