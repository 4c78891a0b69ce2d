import { findRecipe, prepareData, trainingBatches, trainingDraws } from '@convkit/alexnet';
import { auditDataset, auditFindings, skipUnreadable } from '@convkit/datasets';
import { OptionError, sizeOf } from '@convkit/tensor';
import { openData, resolveData } from '../data.js';
import { contactSheet } from '../inspect/contact-sheet.js';
import { visibleImage } from '../inspect/visible-image.js';
import { openOutput } from '../output.js';
import { formatTable } from '../table.js';
import { count } from '../wording.js';
import { writeNew } from '../write-new.js';

/** What the command line may say. */
export interface DataInspectFlags {
  readonly recipe: string;
  readonly out?: string;
  readonly draws?: string;
  readonly images: number;
  readonly epoch: number;
  readonly batch: number;
  readonly seed: number;
  readonly audit: boolean;
  readonly json?: boolean;
}

/** Classes listed in a table. */
const LISTED = 20;

/**
 * `alexnet data inspect`: what the network is shown, as a contact sheet of a training batch and as the values that were drawn, and what is wrong with the data set.
 */
export async function dataInspectCommand(asked: string, flags: DataInspectFlags): Promise<void> {
  const { recipe: name, out, draws, images, epoch, batch, seed, json = false } = flags;
  const output = openOutput(json);
  const described = resolveData(asked);
  const recipe = findRecipe(name);
  const raw = await openData(described, (message) => output.warn(message));
  try {
    const { classes } = raw.train;
    const audit = flags.audit ? await auditDataset(raw, { onProgress: (seen, of) => output.progress(seen, of) }) : undefined;
    const findings = audit === undefined ? [] : auditFindings(audit, classes);
    const wanted = out !== undefined || draws !== undefined;
    const rows = wanted ? await readBatch() : [];
    if (out !== undefined) await writeNew(out, await contactSheet(rows.map(({ image, label }) => ({ image, caption: classes[label] }))));
    const drawn = rows.map(({ image: _, ...row }) => row);
    if (draws !== undefined) await writeNew(draws, `${JSON.stringify({ data: described, recipe: name, seed, epoch, batch, rows: drawn }, undefined, 1)}\n`);
    output.done({ type: 'done', data: described, recipe: name, train: raw.train.length, test: raw.test.length, classes: classes.length, ...audit, findings, rows: drawn }, [
      `${count(raw.train.length)} training and ${count(raw.test.length)} test images of ${count(classes.length)} classes in ${described}`,
      ...(audit === undefined ? [] : ['', ...formatTable([['class', 'training', 'test'], ...classes.slice(0, LISTED).map((each, label) => [each, count(audit.counts.train[label]), count(audit.counts.test[label])])])]),
      ...(audit === undefined || classes.length <= LISTED ? [] : [`and ${count(classes.length - LISTED)} more`]),
      '',
      ...(audit === undefined ? ['not looked through: --no-audit'] : findings.length === 0 ? ['nothing is wrong with it'] : findings),
      ...(out === undefined ? [] : [`contact sheet of ${rows.length} images as ${name} is shown them in epoch ${epoch}, batch ${batch}: ${out}`]),
      ...(draws === undefined ? [] : [`what was drawn for them: ${draws}`]),
    ]);
  } finally {
    output.close();
  }

  async function readBatch() {
    const size = Math.min(images, raw.train.length);
    const skipped = new Set<number>();
    const train = skipUnreadable(raw.train, {
      onSkip({ index, reason }) {
        skipped.add(index);
        if (!flags.audit) output.warn(reason);
      },
    });
    const { data, preparation } = await prepareData(recipe, { ...raw, train }, { onProgress: (seen, of) => output.progress(seen, of) });
    const source = trainingBatches(data.train, preparation, size, seed);
    if (batch >= source.batchesPerEpoch) {
      throw new OptionError({
        code: 'OPTION_INVALID',
        message: `--batch ${batch}, but an epoch has ${source.batchesPerEpoch} batches of ${size} images, counted from 0.`,
      });
    }
    const { x } = await source.batch(epoch, batch);
    const told = await trainingDraws(data.train, preparation, size, seed, epoch, batch);
    const [, height, width, channels] = x.shape;
    const row = sizeOf([height, width, channels]);
    return told.map(({ item, label, drawn }, i) => ({
      image: visibleImage(recipe, preparation.statistics, { width, height, channels, data: x.data.subarray(i * row, (i + 1) * row) }),
      item,
      label,
      class: raw.train.classes[label],
      name: skipped.has(item) ? `${raw.train.nameOf(item)}: cannot be read, the next that can is in its place` : raw.train.nameOf(item),
      drawn,
    }));
  }
}
