/**
 * What all readers of a training cost it: the same training in this process, in turn with none and with every one (a terminal, files for TensorBoard, a dashboard with a client that follows it), by the processor time of
 * the process, which other work on the machine hardly changes. All threads count, those that draw kernels and histograms included; the client is a process of its own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { trainHere } from './support/train-here.mjs';

const HELP = `node studies/readers.mjs [options]   (after npm run build)

  --model NAME   (default: alexnet-mini)
  --data DATA    (default: fashion-mnist)
  --batch N      images in an update (default: 128)
  --steps N      updates that are measured in each turn, after three that are not (default: 20)
  --every N      updates from one checkpoint to the next (default: none is measured)
  --rounds N     turns of each (default: 8)
`;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'alexnet-mini' },
    data: { type: 'string', default: 'fashion-mnist' },
    batch: { type: 'string', default: '128' },
    steps: { type: 'string', default: '20' },
    every: { type: 'string' },
    rounds: { type: 'string', default: '8' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const [steps, rounds] = [values.steps, values.rounds].map(Number);
const [first, last] = [3, 3 + steps];
const folder = await mkdtemp(join(tmpdir(), 'convkit-readers-'));
process.stdout.setMaxListeners(0);
/** Processor time of an update, in milliseconds. @type {{ without: number, with: number }[]} */
const turns = [];
for (let round = -1; round < rounds; round++) {
  // Who goes first changes, and the first round warms up.
  const turn = { without: 0, with: 0 };
  for (const kind of round % 2 === 0 ? /** @type {const} */ (['without', 'with']) : /** @type {const} */ (['with', 'without'])) turn[kind] = await timeTurn(kind === 'with' ? 1 : 0);
  if (round < 0) continue;
  turns.push(turn);
  console.log(`round ${round + 1}: ${turn.without.toFixed(1)} ms of processor time an update without readers, ${turn.with.toFixed(1)} ms with them (${percent(turn.with / turn.without - 1)})`);
}
await rm(folder, { recursive: true });

const ratios = turns.map((turn) => turn.with / turn.without - 1);
const median = (/** @type {readonly number[]} */ numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
console.log(JSON.stringify({
  ...{ model: values.model, batch: Number(values.batch), steps, every: values.every === undefined ? null : Number(values.every), rounds },
  ...{ without: median(turns.map((turn) => turn.without)), with: median(turns.map((turn) => turn.with)) },
  ...{ medianCost: median(ratios), costOfAll: turns.reduce((sum, turn) => sum + turn.with, 0) / turns.reduce((sum, turn) => sum + turn.without, 0) - 1, leastAndMost: [Math.min(...ratios), Math.max(...ratios)] },
}));

/** @param {number} clients @returns {Promise<number>} */
async function timeTurn(clients) {
  let [from, to] = [0, 0];
  const run = join(folder, 'run');
  const every = values.every ?? String(last + 1);
  const [got] = await trainHere(
    ['--data', values.data, '--model', values.model, '--batch', values.batch, '--max-steps', String(last), '--checkpoint-every', every, '--limit-eval-batches', '1', '--device', 'cpu', '--out', run],
    {
      clients,
      log: clients === 0 ? 'plain' : 'terminal',
      onStep: (step) => {
        if (step === first) from = processorTime();
        if (step === last) to = processorTime();
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

/** @param {number} part */
function percent(part) {
  return `${part < 0 ? '−' : '+'}${Math.abs(100 * part).toFixed(2)} %`;
}
