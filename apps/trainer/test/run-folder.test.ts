import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunEvent } from '../src/run-events.js';
import { RunFolder } from '../src/run-folder.js';

let path: string;
beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), 'convkit-run-folder-'));
});
afterAll(() => rm(path, { recursive: true, force: true }));

const event: RunEvent = { type: 'warning', step: 3, code: 'RESUME', message: 'on again' };
const line = `${JSON.stringify(event)}\n`;

it.each([
  ['nothing', '', ''],
  ['whole lines', line + line, line + line],
  ['part of a line', '{"type":"st', ''],
  ['part of a line after whole ones', `${line}${line}{"type":"st`, line + line],
  ['a long part of a line', `${line}{"type":"${'x'.repeat(200_000)}`, line],
])('goes on with an events.jsonl that holds %s', async (_, content, kept) => {
  await writeFile(join(path, 'events.jsonl'), content);
  const folder = await RunFolder.open(path);
  expect(folder.log(event)).toBeUndefined();
  await folder.close();
  expect(await readFile(join(path, 'events.jsonl'), 'utf8')).toBe(kept + line);
});
