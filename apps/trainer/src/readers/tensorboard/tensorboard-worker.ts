import { parentPort } from 'node:worker_threads';
import { messageOf, systemCode } from '../../file-error.js';
import { weightValues } from './weight-values.js';

/** What the thread says of a checkpoint: what is shown of it, or what went wrong, with the system's code where it has one. */
export type WeightsReply = { readonly values: readonly Uint8Array[] } | { readonly failed: string; readonly code: string | undefined };

/** The thread behind `tensorBoardReader`: reads one checkpoint after the other. */
parentPort?.on('message', (path: string) => {
  weightValues(path).then(
    (values) => tell({ values }),
    (error: unknown) => tell({ failed: messageOf(error), code: systemCode(error) }),
  );
});

function tell(reply: WeightsReply): void {
  parentPort?.postMessage(reply);
}
