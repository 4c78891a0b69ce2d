import { join, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { StepEvent } from '@convkit/training';
import { messageOf, systemCode } from '../../file-error.js';
import { keepSharp } from '../../loader/keep-sharp.js';
import type { RunEvent } from '../../run-events.js';
import type { RunReader } from '../run-reader.js';
import { scalarValue, summaryEvent } from './event.js';
import { EventFile } from './event-file.js';

/** Options of {@link tensorBoardReader}. */
export interface TensorBoardOptions {
  /** The run folder; the files go into its folder `tensorboard`. */
  readonly run: string;
  /** Told, once, what cannot be written or shown any more. */
  readonly warn: (message: string) => void;
  /** What is shown of the weights in a checkpoint; by default a thread computes it. */
  readonly weights?: (path: string) => Promise<readonly Uint8Array[]>;
}

/**
 * Writes what a run tells as files for TensorBoard: every update, the means of epochs and the evaluations as numbers; from checkpoints the kernels of the first layer as a picture and histograms of all parameters.
 * Checkpoints are read while training goes on. One that comes while another is read waits, and takes the place of one that waits.
 */
export function tensorBoardReader({ run, warn, weights = weightsByThread }: TensorBoardOptions): RunReader {
  let batch = 0;
  let file: EventFile | undefined;
  let warned = false;
  let waiting: { readonly step: number; readonly path: string } | undefined;
  let reading: Promise<void> = Promise.resolve();
  let busy = false;
  const trouble = (what: string) => {
    if (!warned) warn(what);
    warned = true;
  };
  const write = (act: (file: EventFile) => void) => {
    if (file === undefined) return;
    try {
      act(file);
    } catch (error) {
      file.close();
      file = undefined;
      trouble(`the files for TensorBoard are not written any more: ${messageOf(error)}`);
    }
  };
  const tell = (step: number, values: readonly Uint8Array[]) => write((to) => to.append(summaryEvent(Date.now() / 1000, step, values)));
  const readCheckpoints = async () => {
    busy = true;
    while (waiting !== undefined) {
      const { step, path } = waiting;
      waiting = undefined;
      try {
        tell(step, await weights(path));
      } catch (error) {
        // Only the newest checkpoints are kept; one that waited long may be gone.
        if (systemCode(error) !== 'ENOENT') trouble(`TensorBoard is not shown the weights of a checkpoint: ${messageOf(error)}`);
      }
    }
    busy = false;
  };
  try {
    file = new EventFile(join(run, 'tensorboard'));
  } catch (error) {
    trouble(`no files for TensorBoard are written: ${messageOf(error)}`);
  }
  return {
    read(event) {
      if (event.type === 'start') ({ batch } = event);
      const values = valuesOf(event, batch);
      if (values.length > 0 && 'step' in event) tell(event.step, values);
      if (event.type === 'checkpoint' && file !== undefined) {
        waiting = event;
        if (!busy) reading = readCheckpoints();
      }
      if (event.type !== 'step' && event.type !== 'evaluating') write((to) => to.flush());
    },
    async close() {
      await reading;
      write((to) => to.flush());
      file?.close();
      file = undefined;
    },
  };
}

/** The numbers of an event. */
function valuesOf(event: RunEvent, batch: number): readonly Uint8Array[] {
  switch (event.type) {
    case 'step':
      return [...judged('train', event), ...pace(event, batch)];
    case 'epoch':
      return judged('epoch', event);
    case 'evaluation':
      return judged('test', event);
    default:
      return [];
  }
}

function judged(group: string, { loss, top1, top5 }: Pick<StepEvent, 'loss' | 'top1' | 'top5'>): readonly Uint8Array[] {
  return [scalarValue(`${group}/loss`, loss), scalarValue(`${group}/top-1`, top1), scalarValue(`${group}/top-5`, top5)];
}

/** The last is the part of the time in which the update waited for its batch. */
function pace({ lr, imagesPerSecond, dataSeconds }: StepEvent, batch: number): readonly Uint8Array[] {
  return [scalarValue('run/rate', lr), scalarValue('run/images-per-second', imagesPerSecond), scalarValue('run/data-wait', (dataSeconds * imagesPerSecond) / batch)];
}

/** In a thread of its own: of the network of 2012 a checkpoint has half a gigabyte. */
async function weightsByThread(path: string): Promise<readonly Uint8Array[]> {
  await keepSharp();
  // The worker's script lies beside this one in every build.
  const worker = new Worker(new URL(`./tensorboard-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url), { workerData: path });
  return new Promise((resolve, reject) => {
    worker.on('message', resolve);
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a thread ended with exit code ${code}`)));
  });
}
