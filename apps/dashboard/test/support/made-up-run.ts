import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const classes = ['top', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'boot'];
const layers = ['conv1', 'pool1', 'conv2', 'pool2', 'fc3'];
const parameters = ['conv1', 'conv2', 'fc3'].flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]);

/** How a run that never was is to be. */
export interface MadeUp {
  readonly steps: number;
  /** Whether it came to its end. */
  readonly done?: boolean;
  readonly seed?: number;
}

/** Line `step` of an `events.jsonl`. */
export function stepLine(step: number, loss: number): string {
  return `${JSON.stringify({ type: 'step', step, epoch: 0, loss, top1: Math.max(0, 1 - loss / 2.5), top5: 1, lr: 0.01, imagesPerSecond: 900 + (step % 50), dataSeconds: step % 7 === 0 ? 0.001 : 0 })}\n`;
}

/** Writes the folder of a run of ten epochs with all that the page shows, without its checkpoints. */
export async function writeMadeUpRun(folder: string, { steps, done = true, seed = 1 }: MadeUp): Promise<void> {
  const stepsPerEpoch = Math.ceil(steps / 10);
  const lines = [
    line({
      type: 'start', run: folder, recipe: 'made-up', model: 'small', changes: ['training.batch: 128 -> 32'], data: 'fashion-mnist', device: 'cpu',
      step: 0, steps, stepsPerEpoch, batch: 32, seed, parameters: 1_000, trainImages: 32 * stepsPerEpoch, testImages: 1_000, workers: 0,
    }),
  ];
  for (let step = 1; step <= steps; step++) {
    const loss = 2.3 * Math.exp((-4 * step) / steps) + 0.1 * (1 + Math.sin(12.9898 * step * seed));
    lines.push(stepLine(step, loss));
    if (step % stepsPerEpoch !== 0 && step !== steps) continue;
    lines.push(
      line({ type: 'checkpoint', step, path: `${folder}/checkpoints/step-${String(step).padStart(8, '0')}.safetensors` }),
      line({ type: 'layers', step, layers: layers.map((name, i) => ({ name, kind: name.slice(0, -1), forwardMs: 1 + i, backwardMs: 2 + i })) }),
      line({ type: 'magnitudes', step, parameters: parameters.map((name, i) => ({ name, value: 0.01 * (i + 1), increment: 1e-5 * (i + 1) })) }),
      line({ type: 'evaluation', step, loss, top1: 1 - loss / 3, top5: 1, images: 1_000 }),
      line({ type: 'mistakes', step, confusion: classes.flatMap((_, i) => [[i, i, 90], [i, (i + 1) % 10, 10]]), worst: Array.from({ length: 24 }, (_, i) => ({ image: 7 * i, label: i % 10, guess: (i + 1) % 10, loss: 9 - i / 10 })) }),
    );
  }
  lines.push(line({ type: 'warning', step: steps, code: 'IMAGE_SKIPPED', message: 'train/17.png cannot be read' }));
  if (done) lines.push(line({ type: 'done', reason: 'finished', steps, epochs: 10, trainLoss: 0.2, testTop1: 0.9, testTop5: 1, testLoss: 0.3, imagesPerSecond: 900, dataSeconds: 1, seconds: 61, device: 'cpu', weightsSha256: '', run: folder }));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'events.jsonl'), lines.join(''));
  await writeFile(join(folder, 'run.json'), JSON.stringify({ classes, seed, device: 'cpu', data: 'fashion-mnist', created: '2026-01-02T03:04:05.000Z', versions: { node: 'v20.19.0' } }));
  await writeFile(join(folder, 'card.md'), '# made-up\n');
}

function line(event: unknown): string {
  return `${JSON.stringify(event)}\n`;
}
