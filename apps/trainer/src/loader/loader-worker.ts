import { serveRows } from '@convkit/datasets';
import { parentPort } from 'node:worker_threads';
import { keepSharp } from './keep-sharp.js';
import { openTrainingRows, type TrainingJob } from './training-job.js';

/** The thread behind `openTrainingLoader`. */
if (parentPort !== null) {
  serveRows(parentPort, async (job, tell) => {
    await keepSharp();
    return openTrainingRows(job as TrainingJob, tell);
  });
}
