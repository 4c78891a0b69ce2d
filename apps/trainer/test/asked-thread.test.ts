import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AskedThread } from '../src/asked-thread.js';
import { temporaryFolder } from './support/dashboard.js';

interface Reply {
  readonly thread: number;
  readonly asked: number;
  /** Questions that were being answered, this one included. */
  readonly open: number;
}

/** Some questions end it. */
const script = `
import { parentPort, threadId } from 'node:worker_threads';
let [asked, open] = [0, 0];
parentPort.on('message', (question) => {
  if (question === 'exit') process.exit(3);
  if (question === 'throw') throw new Error('no such thing');
  if (question === 'hang') return;
  open++;
  setTimeout(() => parentPort.postMessage({ thread: threadId, asked: asked++, open: open-- }), 20);
});
`;

async function thread(): Promise<AskedThread<string, Reply>> {
  const file = join(await temporaryFolder(), 'worker.mjs');
  await writeFile(file, script);
  const asked = new AskedThread<string, Reply>(pathToFileURL(file));
  onTestFinished(() => asked.close());
  return asked;
}

describe('AskedThread', () => {
  it('is asked one question at a time, in order, and stays the same', async () => {
    const asked = await thread();
    const replies = await Promise.all(['a', 'b', 'c'].map((question) => asked.ask(question)));
    expect(replies.map((reply) => [reply.asked, reply.open])).toEqual([[0, 1], [1, 1], [2, 1]]);
    expect(await asked.ask('d')).toEqual({ thread: replies[0].thread, asked: 3, open: 1 });
  });

  it('tells what it ended by, and is started anew', async () => {
    const asked = await thread();
    await expect(asked.ask('throw')).rejects.toThrow('no such thing');
    expect((await asked.ask('a')).asked).toBe(0);
    const replies = await Promise.allSettled([asked.ask('exit'), asked.ask('b')]);
    expect(replies).toMatchObject([{ reason: { message: 'the thread ended' } }, { value: { asked: 0 } }]);
  });

  it('can be closed in the middle of a question, and asked again', async () => {
    const asked = await thread();
    await asked.ask('a');
    const hanging = expect(asked.ask('hang')).rejects.toThrow('the thread was stopped');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await asked.close();
    await hanging;
    expect((await asked.ask('b')).asked).toBe(0);
  });
});
