import type { Recipe } from '@convkit/alexnet';
import type { DatasetStatistics } from '@convkit/datasets';
import { FormatError } from '@convkit/tensor';
import { z } from 'zod';

const positive = z.int().positive();
const finite = z.number();

/** The mean image as text: its numbers as JSON would take ten times the room. */
const meanImageSchema = z.object({ width: positive, height: positive, channels: positive, float32: z.base64() });

const recipeSchema: z.ZodType<Recipe> = z.object({
  name: z.string(),
  network: z.string(),
  sizes: z.tuple([positive, positive]),
  channels: z.exactOptional(z.union([z.literal(1), z.literal(3)])),
  border: z.int().nonnegative(),
  mean: z.enum(['channels', 'image']),
  unitDeviation: z.boolean(),
  flip: finite,
  colourNoise: z.exactOptional(z.object({ strength: finite, divisor: finite })),
  batch: positive,
  epochs: positive,
  momentum: finite,
  decay: finite,
  factors: z.array(z.object({ match: z.string(), rateFactor: finite, decayFactor: finite })),
  schedule: z.object({ rate: finite, at: z.array(finite), factor: finite }),
  views: z.union([z.literal(1), z.literal(10)]),
});

const descriptionSchema = z.object({
  model: z.string(),
  /** Whole, so that a run goes on with the recipe it began with. */
  recipe: recipeSchema,
  /** What `--data` said, with paths made absolute. */
  data: z.string(),
  dataset: z.object({ name: z.string(), trainImages: positive, testImages: positive }),
  classes: z.array(z.string()).min(1),
  format: z.object({ size: positive, channels: positive, classes: positive }),
  statistics: z.object({ mean: z.array(finite), deviation: z.array(finite), meanImage: z.exactOptional(meanImageSchema) }),
  /** The schedule's length; the end of the run unless `maxSteps` says otherwise. */
  epochs: positive,
  maxSteps: z.exactOptional(positive),
  batch: positive,
  rate: z.exactOptional(finite.positive()),
  seed: z.int().nonnegative(),
  device: z.string(),
  checkpointEvery: z.exactOptional(positive),
  created: z.string(),
  versions: z.record(z.string(), z.string()),
});

/**
 * All that a run is: written to `run.json` for people, and into every checkpoint, so that a checkpoint alone is enough to go on, to evaluate and to predict.
 */
export type RunDescription = z.infer<typeof descriptionSchema>;

/** Checks what a checkpoint says about its run. @throws FormatError `FILE_STATE` */
export function parseDescription(about: unknown, file: string): RunDescription {
  const parsed = descriptionSchema.safeParse(about);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FormatError({
    code: 'FILE_STATE',
    message: `${file}: says nothing this command can use about its run: ${issue.path.join('.') || 'all of it'}: ${issue.message}.`,
    help: 'give a checkpoint that `alexnet train` wrote.',
  });
}

/** Statistics in a form that JSON can hold. */
export function packStatistics({ mean, deviation, meanImage }: DatasetStatistics, recipe: Recipe): RunDescription['statistics'] {
  const packed = { mean: [...mean], deviation: [...deviation] };
  if (recipe.mean !== 'image' || meanImage === undefined) return packed;
  const { width, height, channels, data } = meanImage;
  return { ...packed, meanImage: { width, height, channels, float32: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64') } };
}

/** The reverse of {@link packStatistics}. @throws FormatError `FILE_STATE` */
export function unpackStatistics({ mean, deviation, meanImage }: RunDescription['statistics'], file: string): DatasetStatistics {
  if (meanImage === undefined) return { mean, deviation };
  const { width, height, channels, float32 } = meanImage;
  const bytes = Uint8Array.from(Buffer.from(float32, 'base64'));
  if (bytes.length !== 4 * width * height * channels) throw new FormatError({ code: 'FILE_STATE', message: `${file}: the mean image is not ${height}x${width}x${channels}.` });
  return { mean, deviation, meanImage: { width, height, channels, data: new Float32Array(bytes.buffer) } };
}
