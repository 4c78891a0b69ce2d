/**
 * What all readers of a training cost it (a terminal, files for TensorBoard, a dashboard with a client that follows it), as a part of a real update. Measured is the processor time of the process, of all its threads, which
 * other work on the machine changes by tenths: too much to see the readers beside a real update. What they do depends on the events and their pace, not on the size of the network. So they are measured in a training of one
 * image an update, in turn with every reader and with none, that stands still after each update for as long as a real one computes; and that time in turn with both, in the same process. The client is a process of its own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeSmallFashionMnist } from './support/small-fashion-mnist.mjs';
import { trainHere } from './support/train-here.mjs';

const HELP = `node studies/readers.mjs [options]   (after npm run build)

  --batch N    images in a real update of alexnet-mini (default: 128)
  --every N    updates from one checkpoint to the next, which readers read too (default: none)
  --steps N    updates that are measured in each turn (default: 120)
  --rounds N   turns of each (default: 6)
`;

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '128' },
    every: { type: 'string' },
    steps: { type: 'string', default: '120' },
    rounds: { type: 'string', default: '6' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const [batch, steps, rounds] = [values.batch, values.steps, values.rounds].map(Number);
const warmUp = 20;
const folder = await mkdtemp(join(tmpdir(), 'convkit-readers-'));
// No epoch ends in a turn, however many images an update takes.
await writeSmallFashionMnist(join(folder, 'data'), Math.max(warmUp + Math.ceil(steps / 8) + 1, Math.ceil((warmUp + steps + 1) / batch)) * batch, 20);
process.stdout.setMaxListeners(0);
const never = new Int32Array(new SharedArrayBuffer(4));

/** Processor time of an update, in milliseconds. @typedef {{ real: number, without: number, with: number }} Round */
/** @type {Round[]} */
const all = [];
let pause = 0;
for (let round = 0; round <= rounds; round++) {
  const real = await timeTurn({ batch, clients: 0, pause: 0, steps: Math.ceil(steps / 8) });
  pause = real;
  // Who goes first changes.
  const first = round % 2;
  const one = await timeTurn({ batch: 1, clients: first, pause, steps });
  const other = await timeTurn({ batch: 1, clients: 1 - first, pause, steps });
  const [without, withReaders] = first === 0 ? [one, other] : [other, one];
  // The first round warms up.
  if (round === 0) continue;
  all.push({ real, without, with: withReaders });
  console.log(`round ${round}: a real update ${real.toFixed(1)} ms of processor time, readers ${(withReaders - without).toFixed(2)} ms an update (${without.toFixed(2)} without, ${withReaders.toFixed(2)} with)`);
}
await rm(folder, { recursive: true });

const real = median(all.map((round) => round.real));
const costs = all.map((round) => round.with - round.without);
console.log(JSON.stringify({ batch, every: values.every === undefined ? null : Number(values.every), steps, rounds, realMs: real, readersMs: median(costs), leastAndMost: [Math.min(...costs), Math.max(...costs)], part: median(costs) / real }));

/**
 * @param {{ batch: number, clients: number, pause: number, steps: number }} turn
 * @returns {Promise<number>} milliseconds an update
 */
async function timeTurn({ batch, clients, pause, steps }) {
  let [from, to] = [0, 0];
  const run = join(folder, 'run');
  const last = warmUp + steps;
  const every = pause === 0 || values.every === undefined ? last + 1 : values.every;
  const [got] = await trainHere(
    ['--data', `idx:${join(folder, 'data')}`, '--batch', String(batch), '--max-steps', String(last), '--checkpoint-every', String(every), '--limit-eval-batches', '1', '--device', 'cpu', '--out', run],
    {
      clients,
      log: clients === 0 ? 'plain' : 'terminal',
      onStep: (step) => {
        if (step === warmUp) from = processorTime();
        if (step === last) to = processorTime();
        if (pause > 0) Atomics.wait(never, 0, 0, pause);
      },
    },
  );
  if (got === 0) throw new Error('The client got nothing.');
  await rm(run, { recursive: true });
  return (to - from) / steps;
}

/** In milliseconds. */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** @param {readonly number[]} numbers */
function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
}
