import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { RandomStream } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { allocateMemory } from '../src/device-memory.js';
import { loadModule } from '../src/load-module.js';
import { HEAP, SCRATCH_BYTES } from '../src/memory-map.js';
import { Operation } from '../src/operation.js';
import { WorkerTeam } from '../src/worker-team.js';

/** As a thread of a team, but it says what it died of and lives on, for the next memory. */
const THREAD = `
const port = require('node:worker_threads').parentPort;
port.onmessage = ({ data: { module, memory, scratch } }) => {
  try {
    new WebAssembly.Instance(module, { env: { memory, report() {} } }).exports.work(scratch);
  } catch (error) {
    port.postMessage(String(error.message));
  }
};
`;

const ROUNDS = 2_000;
/** Within so many milliseconds a thread has received its memory. */
const RECEIVED = 0.4;

// A browser has no room for so many memories. Without what threads do about it, 5 to 20 of these 2,000 keep their old length for the thread, which dies of the first fill.
it('is seen whole by a thread that receives it while it grows', async () => {
  const module = await loadModule(true, false);
  const thread = new Worker(THREAD, { eval: true });
  const start = HEAP + SCRATCH_BYTES;
  const draws = new RandomStream(1, 'growing memory').at();
  const deaths = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const { memory, growTo } = allocateMemory(start, true);
    const commands = new WorkerTeam(module, memory, 0);
    const death = once(thread, 'message');
    thread.postMessage({ module, memory, scratch: HEAP });
    const until = performance.now() + draws.uniform() * RECEIVED;
    while (performance.now() < until);
    growTo(start + 100_000);
    // Sets 16 numbers at the new end to 0: sum of no products.
    commands.submit(Operation.VectorProduct, 1, [0, 0, 0, start + 99_904, 0, 16, 16]);
    // There is no such operation: the thread that takes it runs into the end of its code.
    commands.submit(-1 as never, 1, []);
    const [message] = (await death) as [string];
    deaths.set(message, (deaths.get(message) ?? 0) + 1);
  }
  await thread.terminate();
  expect([...deaths]).toEqual([['unreachable', ROUNDS]]);
}, 120_000);
