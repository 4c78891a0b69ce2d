import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { prepareIndex, shardStem, type ShardSidecar, type SkippedImage } from '@convkit/datasets';
import { FormatError } from '@convkit/tensor';
import { resolveData } from '../data.js';
import { openOutput } from '../output.js';
import { PrepareFolder, writeFiles } from '../prepare/prepare-folder.js';
import { imagesOf, openSource, prepareSettings, shardCounts, shardPlaces, type PrepareChoices, type ShardPlace } from '../prepare/prepare-settings.js';
import { localMaker, threadMaker, type ShardMaker } from '../prepare/shard-makers.js';
import { formatTable } from '../table.js';
import { bar, commandName, count, duration } from '../wording.js';

/** What the command line may say. */
export interface DataPrepareFlags extends PrepareChoices {
  readonly workers?: number;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** Milliseconds from one progress line to the next. */
const progressEvery = 200;
/** Skipped images that are named on the screen; all are in the sidecars and in the JSON. */
const namedOnScreen = 20;

/** `alexnet data prepare`: resizes and crops all images of a data set once and writes them as shards. Started again after whatever ended it, it goes on. */
export async function dataPrepareCommand(asked: string, out: string, flags: DataPrepareFlags): Promise<void> {
  const { workers = availableParallelism(), strict = false, json = false } = flags;
  const output = openOutput(json);
  const data = resolveData(asked);
  const began = performance.now();
  try {
    output.note(`reading ${data}`);
    const source = await openSource(data, strict ? undefined : (message) => output.warn(message));
    const settings = prepareSettings(data, source, flags);
    const path = resolve(out);
    const folder = await PrepareFolder.open(path, settings);
    try {
      const places = shardPlaces(settings);
      const missing: ShardPlace[] = [];
      for (const place of places) {
        const made = await folder.made(place);
        if (made === undefined) missing.push(place);
        else if (strict) assertNoneSkipped(place, made);
      }
      const images = (of: readonly ShardPlace[]) => of.reduce((sum, place) => sum + imagesOf(settings, place), 0);
      const total = images(missing);
      const counter = new Int32Array(new SharedArrayBuffer(4));
      const options = { settings, folder: path, strict, counter };
      const threads = Math.min(workers, missing.length);
      const makers = threads <= 1 ? [localMaker(source, options)] : Array.from({ length: threads }, () => threadMaker(options));
      const started = performance.now();
      const tell = setInterval(() => output.note(progressLine(Atomics.load(counter, 0), total, (performance.now() - started) / 1000)), progressEvery);
      try {
        await makeAll(makers, missing, ({ split, shard }, made) => {
          if (json) output.line({ type: 'shard', part: split, shard: `${shardStem(split, shard)}.tar`, ...made }, []);
        });
      } finally {
        clearInterval(tell);
        await Promise.all(makers.map((maker) => maker.close()));
      }

      output.note('writing the index');
      const { index, skipped, files } = await prepareIndex({ ...settings, name: source.train.name, classes: source.train.classes, shards: shardCounts(settings), read: (file) => folder.read(file) });
      await writeFiles(path, files);

      const { train, test } = index.parts;
      const seconds = (performance.now() - began) / 1000;
      const taken = places.length - missing.length;
      output.done(
        { type: 'done', data, out: path, size: index.size, quality: index.quality, parts: { train, test }, skipped, shardsMade: missing.length, shardsTaken: taken, workers: Math.max(1, threads), seconds, statistics: index.statistics },
        [
          `${count(train.images)} training and ${count(test.images)} test images of ${data} as ${index.size}x${index.size} JPEG (quality ${index.quality}) in ${path}`,
          `${count(missing.length)} shards made in ${duration(seconds)}${taken === 0 ? '' : `, ${count(taken)} were there already`}`,
          '',
          ...formatTable([
            ['part', 'images', 'skipped', 'shards', 'MB', 'hash'],
            ...Object.entries(index.parts).map(([name, part]) => [
              name,
              count(part.images),
              count(part.skipped),
              count(part.shards.length),
              (part.shards.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(1),
              part.hash.slice(0, 12),
            ]),
          ]),
          ...skippedLines(skipped),
          '',
          `next: ${commandName()} train --data shards:${out}`,
        ],
      );
    } finally {
      await folder.close();
    }
  } finally {
    output.close();
  }
}

/** Gives each maker the next shard whenever it is free, until all are made or one fails. */
async function makeAll(makers: readonly ShardMaker[], places: readonly ShardPlace[], onMade: (place: ShardPlace, made: Awaited<ReturnType<ShardMaker['make']>>) => void): Promise<void> {
  let next = 0;
  await Promise.all(
    makers.map(async (maker) => {
      while (next < places.length) {
        const place = places[next++];
        onMade(place, await maker.make(place));
      }
    }),
  );
}

function progressLine(done: number, of: number, seconds: number): string {
  const rate = done / seconds;
  const left = done === 0 ? '' : `  ${rate.toFixed(1)} images/s  ${duration((of - done) / rate)} left`;
  return `${bar(of === 0 ? 1 : done / of, 24)} ${count(done)}/${count(of)} images${left}`;
}

function assertNoneSkipped({ split, shard }: ShardPlace, { skipped }: ShardSidecar): void {
  if (skipped.length === 0) return;
  const [{ name, reason }] = skipped;
  throw new FormatError({
    code: 'FILE_CORRUPT',
    message: `${name}: ${reason} It was skipped in the shard ${shardStem(split, shard)}, which is there already.`,
    help: 'go on without --strict, or mend the image and prepare the data into another folder.',
  });
}

function skippedLines(skipped: readonly SkippedImage[]): string[] {
  if (skipped.length === 0) return [];
  const more = skipped.length - namedOnScreen;
  return [
    '',
    `skipped, for they cannot be read (--strict makes it an error):`,
    ...skipped.slice(0, namedOnScreen).map(({ name, reason }) => `  ${JSON.stringify(name)}: ${reason.replaceAll(/\s*\n\s*/g, ' ')}`),
    ...(more > 0 ? [`  and ${count(more)} more: the .json beside each shard names all of its own`] : []),
  ];
}
