import { serveRows, type RowPort } from '@convkit/datasets';
import { openRowsOf, type RowsJob } from './batch-digests.js';

/** A browser's worker that decodes and augments. */
serveRows(self as unknown as RowPort, (job) => openRowsOf(job as RowsJob));
