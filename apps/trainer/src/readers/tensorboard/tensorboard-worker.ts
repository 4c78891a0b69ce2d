import { parentPort, workerData } from 'node:worker_threads';
import { weightValues } from './weight-values.js';

/** The thread behind `tensorBoardReader`: reads one checkpoint and answers once. */
parentPort?.postMessage(await weightValues(workerData as string));
