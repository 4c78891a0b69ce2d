import { z } from 'zod';

const batches = z.int().positive();
/** So many batches, or below 1 such a part of them. */
const batchesOrPart = z.union([batches, z.number().gt(0).lt(1)]);

/** How a run's description has {@link RunLimits}. */
export const limitsSchema = z.object({
  trainBatches: z.exactOptional(batchesOrPart),
  evalBatches: z.exactOptional(batchesOrPart),
  overfitBatches: z.exactOptional(batches),
});
