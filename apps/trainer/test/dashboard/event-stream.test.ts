import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { follow, opened, stepLine, temporaryFolder, writeRun } from '../support/dashboard.js';

const steps = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('the stream of events', () => {
  it('sends all that a run has told, at most 1,000 events a message, and then each as it comes', async () => {
    const run = await writeRun(join(await temporaryFolder(), 'run'), steps(1, 3501).map(stepLine));
    const dashboard = await opened([{ path: run }]);
    let told = false;
    const { events, id, sizes } = await follow(dashboard, '/api/runs/0/events', {
      enough: (seen) => {
        if (seen.length === 3500 && !told) {
          told = true;
          void appendFile(join(run, 'events.jsonl'), `${stepLine(3501)}\n`);
        }
        return seen.length >= 3501;
      },
    });
    expect(events.map(({ step }) => step)).toEqual(steps(1, 3502));
    expect(id).toBe(3501);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
    expect(sizes.length).toBeLessThan(10);
  });

  it('goes on after the last event that a reader has, without loss and without repetition, wherever that was', async () => {
    const run = await writeRun(join(await temporaryFolder(), 'run'), steps(1, 2501).map(stepLine));
    const dashboard = await opened([{ path: run }]);
    for (const last of [0, 1, 999, 1000, 1001, 2345, 2499]) {
      const { events, id } = await follow(dashboard, '/api/runs/0/events', { last, enough: (seen) => seen.length >= 2500 - last });
      expect(events.map(({ step }) => step)).toEqual(steps(last + 1, 2501));
      expect(id).toBe(2500);
    }
  });

  it('says once that all that was there has come', async () => {
    const run = await writeRun(join(await temporaryFolder(), 'run'), steps(1, 2501).map(stepLine));
    const { port, cookie } = await opened([{ path: run }]);
    const { body } = await fetch(`http://127.0.0.1:${port}/api/runs/0/events`, { headers: { cookie } });
    let text = '';
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      if (!text.includes('complete') && (text + chunk).includes('complete')) await appendFile(join(run, 'events.jsonl'), `${stepLine(2501)}\n`);
      text += chunk;
      if (text.includes('id: 2501')) break;
    }
    const told = [...text.matchAll(/^(?:id: (?:2500|2501)|event: complete)$/gm)].map(([line]) => line);
    expect(told).toEqual(['id: 2500', 'event: complete', 'id: 2501']);
  });
});
