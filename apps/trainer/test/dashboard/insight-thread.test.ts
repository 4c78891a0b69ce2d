import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { InsightThread } from '../../src/dashboard/insight-thread.js';
import { temporaryFolder } from '../support/dashboard.js';

/** Answers a question with how many were asked before it and how many at the same time. */
const script = `
import { parentPort } from 'node:worker_threads';
let asked = 0;
let open = 0;
parentPort.on('message', ({ run, image }) => {
  const step = asked++;
  open++;
  setTimeout(() => parentPort.postMessage(run === 'missing' ? { missing: 'There is none.' } : run === 'failing' ? { failed: 'no memory' } : { insight: { step, image, png: new Uint8Array([open--]) } }), 20);
});
`;

async function thread(): Promise<InsightThread> {
  const file = join(await temporaryFolder(), 'worker.mjs');
  await writeFile(file, script);
  const insights = new InsightThread(pathToFileURL(file));
  onTestFinished(() => insights.close());
  return insights;
}

describe('the thread that finds out about runs', () => {
  it('answers one question at a time, in order, and the same question once', async () => {
    const insights = await thread();
    const answers = await Promise.all([insights.kernels('a'), insights.activations('a', 1), insights.kernels('a'), insights.activations('a', 2), insights.kernels('b')]);
    expect(answers.map(({ step }) => step)).toEqual([0, 1, 0, 2, 3]);
    expect(answers.map((answer) => 'png' in answer && [...answer.png])).toEqual(Array(5).fill([1]));
    expect((await insights.kernels('a')).step).toBe(4);
  });

  it('tells what there is not, and what went wrong, and lives on', async () => {
    const insights = await thread();
    await expect(insights.kernels('missing')).rejects.toMatchObject({ code: 'INSIGHT_MISSING', summary: 'There is none.' });
    await expect(insights.kernels('failing')).rejects.toThrow('no memory');
    expect((await insights.kernels('a')).step).toBe(2);
  });

  it('refuses more than may wait', async () => {
    const insights = await thread();
    const asked = await Promise.allSettled(Array.from({ length: 40 }, (_, image) => insights.activations('a', image)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(32);
    expect(asked[32]).toMatchObject({ reason: { code: 'INSIGHT_BUSY' } });
    expect((await insights.activations('a', 39)).step).toBe(32);
  });
});
