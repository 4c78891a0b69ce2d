import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RandomStream } from '@convkit/tensor';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RunLog, type LogPlace } from '../../src/dashboard/run-log.js';
import { stepLine } from '../support/dashboard.js';

const beginning: LogPlace = { events: 0, offset: 0 };

/** A log over a file with this text; none if there is no text. */
async function logOver(text?: string | Uint8Array): Promise<{ readonly log: RunLog; readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'convkit-run-log-'));
  const path = join(folder, 'events.jsonl');
  if (text !== undefined) await writeFile(path, text);
  const log = new RunLog(path);
  onTestFinished(async () => {
    await log.close();
    await rm(folder, { recursive: true, force: true });
  });
  await log.look();
  return { log, path };
}

/** All events from a place to where nothing more is whole. */
async function rest(log: RunLog, from: LogPlace): Promise<{ readonly events: readonly unknown[]; readonly end: LogPlace; readonly messages: readonly string[] }> {
  const events: unknown[] = [];
  const messages: string[] = [];
  for (let place = from; ; ) {
    const { message, next } = await log.read(place);
    if (message !== undefined) {
      messages.push(message.toString());
      events.push(...(JSON.parse(messages[messages.length - 1].split('\n')[2].slice('data: '.length)) as unknown[]));
    }
    if (next.offset === place.offset) return { events, end: place, messages };
    place = next;
  }
}

describe('a run log', () => {
  it('waits for the end of a torn line and reads it then, once', async () => {
    const line = stepLine(2);
    const { log, path } = await logOver(`${stepLine(1)}\n${line.slice(0, 20)}`);
    const { events, end } = await rest(log, beginning);
    expect(events).toEqual([JSON.parse(stepLine(1))]);
    const changed = log.changed((await log.read(end)).length, new AbortController().signal);
    await appendFile(path, `${line.slice(20)}\n`);
    await changed;
    expect((await rest(log, end)).events).toEqual([JSON.parse(line)]);
  });

  it('passes over what is no event, and counts the same from everywhere', async () => {
    const lines = [stepLine(1), '{"type":"st{"type":"start"}', '', 'null', '[]', '"step"', '{"step":3}', '{"type":7}', '{"type":"evaluating","step":1,"images":1,"of":2}', '{"type":"step"', '['.repeat(100_000), stepLine(2)];
    const { log } = await logOver(lines.map((line) => `${line}\n`).join(''));
    expect((await rest(log, beginning)).events).toEqual([JSON.parse(stepLine(1)), JSON.parse(stepLine(2))]);
    expect((await log.placeAfter(1)).events).toBe(1);
    expect((await rest(log, await log.placeAfter(1))).events).toEqual([JSON.parse(stepLine(2))]);
  });

  it('passes over a line that is longer than any event, and takes no more memory for it', async () => {
    const { log } = await logOver(`${stepLine(1)}\n{"type":"warning","message":"${'x'.repeat(5 * 2 ** 20)}"}\n${stepLine(2)}\n`);
    expect((await rest(log, beginning)).events).toEqual([JSON.parse(stepLine(1)), JSON.parse(stepLine(2))]);
  });

  it('makes messages that no text in an event can break', async () => {
    const texts = ['<script>alert(1)</script>', '"quoted\'', '\u2028\u2029', 'a\r\n\r\ndata: [1]\n\nid: 7', '\ud800', '\0'];
    const events = texts.map((message) => ({ type: 'warning', step: 1, code: 'X', message }));
    // A carriage return is white space of JSON, and the end of a line of server-sent events.
    const { log } = await logOver(`${events.map((event) => JSON.stringify(event).replace('{', '{\r')).join('\n')}\n`);
    const { messages, events: found } = await rest(log, beginning);
    expect(found).toEqual(events.map((event) => JSON.parse(JSON.stringify(event)) as unknown));
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(/^id: 6\nevent: events\ndata: [^\r\n]*\n\n$/);
  });

  it('makes whole messages of 1,000 mutated logs', { timeout: 120_000 }, async () => {
    const source = Buffer.from([1, 2, 3, 4].map((step) => `${stepLine(step)}\n`).join(''));
    const stream = new RandomStream(1, 'mutated logs');
    const counts = new Map<number, number>();
    for (let i = 0; i < 1000; i++) {
      const draws = stream.at(i);
      let bytes = Buffer.from(source);
      for (let change = draws.integer(4); change >= 0; change--) {
        const at = draws.integer(bytes.length);
        const kind = draws.integer(4);
        if (kind === 0) bytes[at] = draws.integer(256);
        else if (kind === 1) bytes[at] = '{}[]",:0123456789\\e-. \n\r'.charCodeAt(draws.integer(25));
        else if (kind === 2) bytes = bytes.subarray(0, Math.max(1, at));
        else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(draws.integer(bytes.length)), Buffer.of(0x0a)]);
      }
      const { log } = await logOver(bytes);
      const { events, messages } = await rest(log, beginning);
      for (const event of events) expect(event).toMatchObject({ type: expect.any(String) as string });
      for (const message of messages) expect(message).toMatch(/^id: \d+\nevent: events\ndata: [^\r\n]*\n\n$/);
      counts.set(events.length, (counts.get(events.length) ?? 0) + 1);
      await log.close();
    }
    // Some are whole, some are not, and some are not any more.
    expect([...counts.keys()].sort()).toEqual(expect.arrayContaining([0, 1, 2, 3, 4]));
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('is empty while there is no file, and begins when there is one', async () => {
    const { log, path } = await logOver();
    expect(await log.read(beginning)).toEqual({ message: undefined, next: beginning, length: 0 });
    expect(await log.placeAfter(7)).toEqual(beginning);
    const changed = log.changed(0, new AbortController().signal);
    await writeFile(path, `${stepLine(1)}\n`);
    await changed;
    expect((await rest(log, beginning)).events).toHaveLength(1);
  });

  it('goes on after its torn end was cut off', async () => {
    const { log, path } = await logOver(`${stepLine(1)}\n{"type":"ste`);
    const { end } = await rest(log, beginning);
    await truncate(path, end.offset);
    await appendFile(path, `${stepLine(2)}\n`);
    await log.look();
    expect((await rest(log, end)).events).toEqual([JSON.parse(stepLine(2))]);
  });

  it('finds any place of a long log again', async () => {
    const { log } = await logOver(Array.from({ length: 12_345 }, (_, i) => `${stepLine(i + 1)}\n`).join(''));
    const { end } = await rest(log, beginning);
    expect(end.events).toBe(12_345);
    for (const events of [0, 1, 999, 1000, 5000, 5001, 12_344, 12_345]) {
      const place = await log.placeAfter(events);
      expect(place.events).toBe(events);
      expect((await rest(log, place)).events[0]).toEqual(events === 12_345 ? undefined : JSON.parse(stepLine(events + 1)));
    }
    expect(await log.placeAfter(99_999)).toEqual(end);
  });

  it('reads once for all who are at the same place', async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => `${stepLine(i + 1)}\n`).join('');
    const { log, path } = await logOver(lines);
    const [first, last] = [log.read(beginning), log.read({ events: 9_000, offset: lines.length - 1000 })];
    expect(log.read(beginning)).toBe(first);
    await appendFile(path, `${stepLine(10_001)}\n`);
    await log.look();
    expect(log.read(beginning)).toBe(first);
    expect(log.read({ events: 9_000, offset: lines.length - 1000 })).not.toBe(last);
  });

  it('stops waiting when nobody wants to know any more', async () => {
    const { log } = await logOver('');
    const leave = new AbortController();
    const waited = log.changed(0, leave.signal);
    leave.abort();
    await expect(waited).resolves.toBeUndefined();
  });
});
