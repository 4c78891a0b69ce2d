import type { StepEvent } from '@convkit/training';
import type { Reporter, Write } from './reporter.js';

/** Updates in a line: the code of 2012 printed one for each data file, of 1,024 images. */
const imagesPerLine = 1024;

/**
 * The log of the 2012 code: for every 1,024 images a line with epoch and batch from 1, the mean negative log-likelihood, top-1 and top-5 error with six decimals, and the seconds it took;
 * for every evaluation the same three numbers and, for each parameter, the mean size of its values and of its last increments.
 * Training numbers are those of the network as it learns, with dropout and augmentation on.
 *
 * Source: CC1 `gpumodel.py`, `convnet.py`.
 */
export function originalReporter(write: Write): Reporter {
  let steps: StepEvent[] = [];
  let seconds = 0;
  let stepsPerLine = 1;
  let batch = 0;
  let stepsPerEpoch = 1;
  let perLineOfEpoch = 1;
  const errors = (of: { readonly loss: number; readonly top1: number; readonly top5: number }) => `${of.loss.toFixed(6)}, ${(1 - of.top1).toFixed(6)}, ${(1 - of.top5).toFixed(6)}`;
  const mean = (of: (step: StepEvent) => number) => steps.reduce((sum, step) => sum + of(step), 0) / steps.length;
  const flush = () => {
    if (steps.length === 0) return;
    const last = steps[steps.length - 1];
    const number = Math.ceil((((last.step - 1) % stepsPerEpoch) + 1) / stepsPerLine);
    write(`${last.epoch + 1}.${number}... logprob:  ${errors({ loss: mean(({ loss }) => loss), top1: mean(({ top1 }) => top1), top5: mean(({ top5 }) => top5) })} (${seconds.toFixed(3)} sec)\n`);
    steps = [];
    seconds = 0;
  };
  return {
    report(event) {
      switch (event.type) {
        case 'start':
          ({ batch, stepsPerEpoch } = event);
          stepsPerLine = Math.max(1, Math.round(imagesPerLine / batch));
          perLineOfEpoch = Math.ceil(stepsPerEpoch / stepsPerLine);
          write('=========================\n');
          write(`Training ${event.model}: recipe ${event.recipe}${event.changes.map((change) => `\n  ${change}`).join('')}\n`);
          write(`Data ${event.data}, ${perLineOfEpoch} batches of ${stepsPerLine * batch} images an epoch, minibatches of ${batch}\n`);
          write(`Device ${event.device}, checkpoints in ${event.run}\n`);
          write('=========================\n');
          break;
        case 'step':
          steps.push(event);
          seconds += batch / event.imagesPerSecond;
          if (((event.step - 1) % stepsPerEpoch) % stepsPerLine === stepsPerLine - 1) flush();
          break;
        case 'epoch':
          flush();
          break;
        case 'magnitudes':
          flush();
          for (const { name, value, increment } of event.parameters) write(`  ${name.padEnd(28)} ${value.toExponential(6)} [${increment.toExponential(6)}]\n`);
          break;
        case 'evaluating':
        case 'layers':
        case 'mistakes':
          // The code of 2012 knew none of these.
          break;
        case 'evaluation':
          flush();
          write(`======================Test output======================\nlogprob:  ${errors(event)} (${event.images} images)\n`);
          break;
        case 'command':
          flush();
          write(`# ${event.command.type}${event.command.type === 'divide-rate' ? ` ${event.command.by}` : ''} after ${event.step} minibatches\n`);
          break;
        case 'restored':
          write(`# weights after ${event.from} minibatches put back\n`);
          break;
        case 'checkpoint':
          write(`Saved checkpoint to ${event.path}\n`);
          break;
        case 'warning':
          write(`warning: ${event.message}\n`);
          break;
        case 'done':
          flush();
          write(`${event.reason} after ${event.steps} minibatches (${event.seconds.toFixed(3)} sec)\n`);
          break;
      }
    },
    note: (text) => write(`${text}\n`),
    dashboard: (url) => write(`dashboard: ${url}\n`),
    close: () => undefined,
  };
}
