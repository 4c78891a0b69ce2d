import { ConvkitError } from '@convkit/tensor';
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../file-error.js';
import type { Question, Reply } from './insights.js';
import { RunInsights } from './run-insights.js';

/** The thread behind `InsightThread`: answers one question after the other. */
const insights = new RunInsights();
parentPort?.on('message', (question: Question) => {
  insights.answer(question).then(
    (insight) => tell({ insight }),
    (error: unknown) => tell(error instanceof ConvkitError ? { missing: error.summary } : { failed: messageOf(error) }),
  );
});

function tell(reply: Reply): void {
  parentPort?.postMessage(reply);
}
