import type { RowSource } from '@convkit/datasets';

/** Rows that tell their place. */
export const placeRows: RowSource = {
  batchesPerEpoch: 5,
  batch: 11,
  rowShape: [3, 2],
  classes: 4,
  async rows(epoch, index, first, last, into) {
    for (let i = 0; i < into.length; i++) into[i] = epoch + (index * 11 + first + i / 6) / 64;
    return Array.from({ length: last - first }, (_, i) => (epoch + index + first + i) % 4);
  },
};
