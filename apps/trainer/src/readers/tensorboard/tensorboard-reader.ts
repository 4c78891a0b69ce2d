import { join, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StepEvent } from '@convkit/training';
import { AskedThread } from '../../asked-thread.js';
import { messageOf, systemCode } from '../../file-error.js';
import type { RunEvent } from '../../run-events.js';
import type { RunReader } from '../run-reader.js';
import { scalarValue, summaryEvent } from './event.js';
import { EventFile } from './event-file.js';
import type { WeightsReply } from './tensorboard-worker.js';

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
export function tensorBoardReader({ run, warn, weights }: TensorBoardOptions): RunReader {
  const thread = new AskedThread<string, WeightsReply>(script);
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
        tell(step, await (weights?.(path) ?? weightsFrom(thread, path)));
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
      await thread.close();
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

/** Of the thread; it lies beside this one in every build. */
const script = new URL(`./tensorboard-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/** In a thread of its own: of the network of 2012 a checkpoint has half a gigabyte. */
async function weightsFrom(thread: AskedThread<string, WeightsReply>, path: string): Promise<readonly Uint8Array[]> {
  const reply = await thread.ask(path);
  if ('values' in reply) return reply.values;
  throw Object.assign(new Error(reply.failed), { code: reply.code });
}
