import { appendFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { streamEvents } from '../../src/dashboard/event-stream.js';
import { RunLog } from '../../src/dashboard/run-log.js';
import { follow, opened, stepLine, temporaryFolder, writeRun, type Opened } from '../support/dashboard.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that this process holds, in the heap and beside it. */
function held(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Asks for events and takes nothing of them. */
function sluggish({ port, cookie }: Pick<Opened, 'port' | 'cookie'>): Socket {
  const socket = connect(port, '127.0.0.1', () => socket.write(`GET /api/runs/0/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\n\r\n`));
  return socket.on('error', () => undefined).pause();
}

/** Milliseconds of processor time of this process while a run tells so many steps, one every few milliseconds. */
async function cost(path: string, steps: number): Promise<number> {
  const before = process.cpuUsage();
  for (let step = 0; step < steps; step++) {
    await appendFile(path, `${stepLine(step + 1)}\n`);
    await setTimeout(5);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('readers that take nothing', () => {
  it('cost a run nothing, 200 of them, and the memory of a few messages, which comes back', async () => {
    // 16 MB: more than the system takes for a connection.
    const warning = JSON.stringify({ type: 'warning', step: 1, code: 'X', message: 'x'.repeat(16_000) });
    const run = await writeRun(join(await temporaryFolder(), 'run'), Array<string>(1000).fill(warning));
    const log = join(run, 'events.jsonl');
    const dashboard = await opened([{ path: run }]);
    await cost(log, 20);
    const alone = await cost(log, 100);
    const before = held();
    const readers = Array.from({ length: 200 }, () => sluggish(dashboard));
    // Until all are stuck: in two seconds hardly anything is computed.
    for (let busy = Infinity; busy > 40; ) {
      const start = process.cpuUsage();
      await setTimeout(2000);
      const { user, system } = process.cpuUsage(start);
      busy = (user + system) / 1000;
    }
    const during = held();
    const crowded = await cost(log, 100);
    // 200 readers at one place share its message; where connections took different amounts there are a few places.
    expect((during - before) / 2 ** 20).toBeLessThan(64);
    expect(crowded).toBeLessThan(2 * alone + 100);
    // One who reads is served all the same.
    expect((await follow(dashboard, '/api/runs/0/events', { enough: (all) => all.length >= 1220 })).id).toBe(1220);
    for (const reader of readers) reader.destroy();
    await setTimeout(500);
    expect((held() - before) / 2 ** 20).toBeLessThan(24);
  }, 120_000);

  it('are cut off after a while', async () => {
    const warning = JSON.stringify({ type: 'warning', step: 1, code: 'X', message: 'x'.repeat(16_000) });
    const log = new RunLog(join(await writeRun(join(await temporaryFolder(), 'run'), Array<string>(1000).fill(warning)), 'events.jsonl'));
    const ended: Promise<void>[] = [];
    const server = createServer((_, response) => void ended.push(streamEvents(response, log, 0, new AbortController().signal, 300))).listen(0, '127.0.0.1');
    onTestFinished(async () => {
      server.close();
      await log.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const reader = sluggish({ port: (server.address() as AddressInfo).port, cookie: '' });
    onTestFinished(() => void reader.destroy());
    for (let left = 0; left < 1; ) {
      await setTimeout(100);
      left = ended.length;
    }
    await expect(ended[0]).resolves.toBeUndefined();
  });
});
