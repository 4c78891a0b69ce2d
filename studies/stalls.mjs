/**
 * For how long the event loop of a training stands still, with every reader attached: within that time no signal, key or request is heard. A timer that should ring every millisecond tells by how much it was late.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { writeSmallFashionMnist } from './support/small-fashion-mnist.mjs';
import { trainHere } from './support/train-here.mjs';

const HELP = `node studies/stalls.mjs [options]   (after npm run build)

  --device NAME  (default: cpu)
  --model NAME   (default: alexnet-mini)
  --batch N      images in an update (default: 128)
  --steps N      updates that are measured, after ten more (default: 200)
`;

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cpu' },
    model: { type: 'string', default: 'alexnet-mini' },
    batch: { type: 'string', default: '128' },
    steps: { type: 'string', default: '200' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

/** Updates before which kernels are made ready. */
const warmUp = 10;
const steps = warmUp + Number(values.steps);
const folder = await mkdtemp(join(tmpdir(), 'convkit-stalls-'));
await writeSmallFashionMnist(join(folder, 'data'), 2_000, 200);
const late = monitorEventLoopDelay({ resolution: 1 });
let [began, ended] = [0, 0];
const [received] = await trainHere(
  ['--data', `idx:${join(folder, 'data')}`, '--model', values.model, '--batch', values.batch, '--max-steps', String(steps), '--checkpoint-every', '50', '--evaluate-every', '50', '--device', values.device, '--out', join(folder, 'run')],
  {
    clients: 1,
    log: 'terminal',
    onStep(step) {
      if (step === warmUp) {
        late.enable();
        began = performance.now();
      }
      if (step === steps) {
        late.disable();
        ended = performance.now();
      }
    },
  },
);
await rm(folder, { recursive: true });
const milliseconds = (/** @type {number} */ nanoseconds) => (nanoseconds / 1e6).toFixed(1);
console.log(
  `${values.model} on ${values.device}, ${values.steps} updates of ${values.batch} images, ${((ended - began) / Number(values.steps)).toFixed(0)} ms each, judged and saved every 50, a dashboard that took ${received} bytes: the event loop stood still for ${milliseconds(late.percentile(50))} ms (median), ${milliseconds(late.percentile(99))} ms (1 of 100), ${milliseconds(late.max)} ms at most`,
);
