import type { Recipe } from '@convkit/alexnet';
import type { FloatImage } from '@convkit/data-aug';
import type { DatasetStatistics } from '@convkit/datasets';
import { FormatError } from '@convkit/tensor';
import { z } from 'zod';
import { limitsSchema } from './limits/limits-schema.js';
import { recipeSchema } from './recipe-schema.js';

const positive = z.int().positive();
const finite = z.number();

/** The mean image as text: its numbers as JSON would take ten times the room. */
const meanImageSchema = z.object({ width: positive, height: positive, channels: positive, float32: z.base64() });

const rgbSchema = z.tuple([finite, finite, finite]);
const pcaSchema = z.object({ deviations: rgbSchema, axes: z.tuple([rgbSchema, rgbSchema, rgbSchema]) });

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

const descriptionSchema = z.object({
  /** Whole and as it is run, so that a run goes on with the recipe it began with. */
  recipe: recipeSchema,
  /** In what the run departs from the recipe of that name; an absent side has no such entry. */
  changes: z.array(z.object({ path: z.string(), from: z.json().optional(), to: z.json().optional() })),
  /** What `--data` said, with paths made absolute. */
  data: z.string(),
  dataset: z.object({ name: z.string(), trainImages: positive, testImages: positive }),
  /** Hashes of both parts of the data, or why they were not taken. */
  dataHash: z.exactOptional(z.union([z.object({ train: sha256Schema, test: sha256Schema }), z.object({ notTaken: z.string() })])),
  classes: z.array(z.string()).min(1),
  format: z.object({ size: positive, channels: positive, classes: positive }),
  statistics: z.object({ mean: z.array(finite), deviation: z.array(finite), meanImage: z.exactOptional(meanImageSchema), pca: z.exactOptional(pcaSchema) }),
  /** The end of the run, if it is not that of the recipe's epochs. */
  maxSteps: z.exactOptional(positive),
  maxSeconds: z.exactOptional(finite.positive()),
  /** What part of the data is used; left out where all of it is. */
  limits: z.exactOptional(limitsSchema),
  evaluateEvery: z.exactOptional(positive),
  /** Images that go through the device at once, if it is not the batch. */
  microBatch: z.exactOptional(positive),
  seed: z.int().nonnegative(),
  device: z.string(),
  checkpointEvery: z.exactOptional(positive),
  keep: z.exactOptional(positive),
  /** Judgements without a new best after which the run ends. */
  earlyStop: z.exactOptional(z.int().nonnegative()),
  flatAfter: z.exactOptional(positive),
  /** Images of each part that may be unreadable, or below 1 such a part of them. */
  maxSkipped: z.exactOptional(z.union([z.int().nonnegative(), z.number().gt(0).lt(1)])),
  created: z.string(),
  versions: z.record(z.string(), z.string()),
});

/**
 * All that a run is: written to `run.json` for people, and into every checkpoint, so that a checkpoint alone is enough to go on, to evaluate and to predict.
 */
export type RunDescription = z.infer<typeof descriptionSchema>;

/** Earlier versions counted the time of a run in minutes. */
const storedSchema = descriptionSchema
  .extend({ maxMinutes: z.exactOptional(finite.positive()) })
  .transform(({ maxMinutes, ...description }): RunDescription => (maxMinutes === undefined ? description : { maxSeconds: 60 * maxMinutes, ...description }));

/** Checks what a checkpoint says about its run. @throws FormatError `FILE_STATE` */
export function parseDescription(about: unknown, file: string): RunDescription {
  const parsed = check(about);
  if (parsed.success) return parsed.data;
  throw new FormatError({
    code: 'FILE_STATE',
    message: `${file}: says nothing this command can use about its run: ${parsed.what}.`,
    help: 'give a checkpoint that `alexnet train` wrote.',
  });
}

function check(about: unknown): { readonly success: true; readonly data: RunDescription } | { readonly success: false; readonly what: string } {
  try {
    const parsed = storedSchema.safeParse(about);
    if (parsed.success) return parsed;
    const [issue] = parsed.error.issues;
    return { success: false, what: `${issue.path.join('.') || 'all of it'}: ${issue.message}` };
  } catch (error) {
    if (error instanceof RangeError) return { success: false, what: 'it is nested too deeply' };
    throw error;
  }
}

/** Statistics in a form that JSON can hold; of the mean image and the colour axes only what the recipe needs. */
export function packStatistics({ mean, deviation, meanImage, pca }: DatasetStatistics, { data }: Recipe): RunDescription['statistics'] {
  return {
    mean: [...mean],
    deviation: [...deviation],
    ...(data.mean === 'channels' || meanImage === undefined ? {} : { meanImage: packImage(meanImage) }),
    ...(data.colourNoise?.pca === 'data' && pca !== undefined ? { pca: structuredClone(pca) as z.infer<typeof pcaSchema> } : {}),
  };
}

function packImage({ width, height, channels, data }: FloatImage): z.infer<typeof meanImageSchema> {
  return { width, height, channels, float32: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64') };
}

/** The reverse of {@link packStatistics}. @throws FormatError `FILE_STATE` */
export function unpackStatistics({ meanImage, ...rest }: RunDescription['statistics'], file: string): DatasetStatistics {
  if (meanImage === undefined) return rest;
  const { width, height, channels, float32 } = meanImage;
  const bytes = Uint8Array.from(Buffer.from(float32, 'base64'));
  if (bytes.length !== 4 * width * height * channels) throw new FormatError({ code: 'FILE_STATE', message: `${file}: the mean image is not ${height}x${width}x${channels}.` });
  return { ...rest, meanImage: { width, height, channels, data: new Float32Array(bytes.buffer) } };
}
