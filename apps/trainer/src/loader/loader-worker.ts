import { serveRows } from '@convkit/datasets';
import { parentPort } from 'node:worker_threads';
import { openTrainingRows, type TrainingJob } from './training-job.js';

/** The thread behind `openTrainingLoader`. */
if (parentPort !== null) serveRows(parentPort, (job, tell) => openTrainingRows(job as TrainingJob, tell));
