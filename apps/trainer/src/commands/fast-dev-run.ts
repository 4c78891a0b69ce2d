import { OptionError } from '@convkit/tensor';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCheckpoint } from '../load-checkpoint.js';
import { openOutput } from '../output.js';
import { chooseReporter } from '../reporters/choose-reporter.js';
import type { RunDoneEvent } from '../run-events.js';
import { count, duration, number } from '../wording.js';
import { logFormat, trainCommand, type TrainFlags } from './train.js';

/** What a run of a few batches decides itself. */
const decided = { resume: '--resume', replay: '--replay', out: '--out', maxSteps: '--max-steps', limitTrainBatches: '--limit-train-batches', limitEvalBatches: '--limit-eval-batches', overfitBatches: '--overfit-batches' } as const;

/**
 * `alexnet train --fast-dev-run`: everything that a run does, once: data, updates, an evaluation, a checkpoint, which is read back. It works in a temporary folder and leaves nothing.
 *
 * @param batches Updates, and at most so many batches to judge by.
 * @throws OptionError `OPTION_INVALID`
 */
export async function fastDevRunCommand(flags: TrainFlags, batches: number): Promise<void> {
  for (const [flag, name] of Object.entries(decided)) {
    if (flags[flag as keyof typeof decided] === undefined) continue;
    throw new OptionError({ code: 'OPTION_INVALID', message: `${name} cannot be given together with --fast-dev-run, which is a run of its own and keeps nothing.`, help: 'leave one of them out.' });
  }
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-fast-dev-run-'));
  try {
    const json = flags.json ?? false;
    const reporter = chooseReporter(logFormat(flags));
    let done: RunDoneEvent | undefined;
    let images = 0;
    await trainCommand(
      { ...flags, maxSteps: batches, limitTrainBatches: batches, limitEvalBatches: batches, out: folder },
      {
        ...reporter,
        report(event) {
          if (event.type === 'done') done = event;
          if (event.type === 'evaluation') ({ images } = event);
          // What comes next for people is not what a run folder is good for.
          if (json || event.type !== 'done') reporter.report(event);
        },
      },
    );
    if (done?.reason !== 'finished') return;
    const { steps, trainLoss, testLoss } = done;
    const { file } = await loadCheckpoint(folder);
    const { size: checkpointBytes } = await stat(file);
    const seconds = (performance.now() - began) / 1000;
    openOutput(json).done({ type: 'fast-dev-run', steps, trainLoss, testLoss, testImages: images, checkpointBytes, seconds }, [
      `everything works: ${count(steps)} ${steps === 1 ? 'update' : 'updates'} (loss ${number(trainLoss)}), ${count(images)} images judged (loss ${number(testLoss ?? NaN)}), `
        + `a checkpoint of ${count(checkpointBytes)} bytes written and read back, in ${duration(seconds)}; nothing was kept`,
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
