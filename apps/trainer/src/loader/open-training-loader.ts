import { openLoader, type Loader, type RowSource, type UnreadableExample } from '@convkit/datasets';
import { countCores } from '@convkit/tensor';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { lieInMemory } from '../data.js';
import { keepSharp } from './keep-sharp.js';
import type { TrainingJob } from './training-job.js';

/**
 * Workers that make batches of the data, where nobody says how many: none for data in memory, of which every worker would hold all to save a few microseconds an image; for photographs one for each core but that of the main thread, at most 4 and at least 1.
 * More would not train faster: four decode about a thousand photographs of 256 pixels a second, and on the device `cpu`, which computes on all cores, every worker takes time from it.
 */
export function defaultWorkers(data: string): number {
  return lieInMemory(data) ? 0 : Math.max(1, Math.min(4, countCores() - 1));
}

/**
 * Training batches made by threads, which open the data by their description.
 *
 * @param rows Of the same job, for its sizes.
 * @param onSkip Told by each thread for itself.
 */
export async function openTrainingLoader(job: TrainingJob, rows: RowSource, workers: number, onSkip: (example: UnreadableExample) => void): Promise<Loader> {
  await keepSharp();
  // The worker's script lies beside this one in every build.
  const start = () => new Worker(new URL(`./loader-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url));
  return openLoader({ source: rows, start, workers, description: job, onTold: (told) => onSkip(told as UnreadableExample) });
}
