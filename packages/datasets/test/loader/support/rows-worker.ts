import { serveRows, type RowPort } from '@convkit/datasets';
import { FormatError } from '@convkit/tensor';
import { placeRows } from './place-rows.js';

/** A browser's worker: rows that tell their place, but for the third batch of an epoch. */
serveRows(self as unknown as RowPort, (description, tell) => {
  tell(description);
  return {
    ...placeRows,
    async rows(epoch, index, first, last, into) {
      if (index === 2) throw new FormatError({ code: 'FILE_CORRUPT', message: '2.jpg is torn.' });
      return placeRows.rows(epoch, index, first, last, into);
    },
  };
});
