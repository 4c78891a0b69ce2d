import type { Recipe } from '@convkit/alexnet';
import { OptionError } from '@convkit/tensor';
import { z } from 'zod';

const count = z.int().positive();
const whole = z.int().nonnegative();
const number = z.number();
const notNegative = number.nonnegative();
const part = number.min(0).max(1);

const weighted = {
  initialWeight: z.union([notNegative, z.enum(['he-normal', 'xavier', 'pytorch'])]),
  initialBias: z.union([number, z.literal('pytorch')]),
};
const moving = {
  stride: z.exactOptional(z.union([count, z.tuple([count, count])])),
  padding: z.exactOptional(z.union([whole, z.tuple([whole, whole, whole, whole])])),
  rounding: z.exactOptional(z.enum(['floor', 'ceil'])),
};
const normalising = { size: count, alpha: notNegative, divideAlphaBySize: z.boolean(), beta: number, k: number };

const layerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('conv2d'), outputs: count, kernelSize: count, groups: z.exactOptional(count), ...moving, ...weighted }),
  z.strictObject({ type: z.literal('locallyConnected'), outputs: count, kernelSize: count, ...moving, ...weighted }),
  z.strictObject({ type: z.literal('dense'), outputs: z.union([count, z.literal('classes')]), swapped: z.exactOptional(z.boolean()), ...weighted }),
  z.strictObject({ type: z.literal('lrn'), ...normalising, groups: z.exactOptional(count) }),
  z.strictObject({ type: z.literal('lrnWithinChannel'), ...normalising }),
  z.strictObject({ type: z.enum(['maxPool', 'avgPool']), window: count, ...moving }),
  z.strictObject({ type: z.enum(['relu', 'tanh', 'sigmoid']) }),
  z.strictObject({ type: z.literal('dropout'), keep: part, scaling: z.enum(['test', 'train']) }),
]);

const warmUp = { warmUp: z.exactOptional(number.positive()) };
const least = { least: z.exactOptional(notNegative) };

const scheduleSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('constant'), rate: notNegative, ...warmUp }),
  z.strictObject({ type: z.literal('steps'), rate: notNegative, at: z.array(notNegative), factor: notNegative, ...warmUp }),
  z.strictObject({ type: z.literal('manual'), rates: z.array(z.strictObject({ from: notNegative, rate: notNegative })).min(1), ...warmUp }),
  z.strictObject({ type: z.literal('dexp'), rate: notNegative, factor: number.positive(), steps: count, ...warmUp }),
  z.strictObject({ type: z.literal('cosine'), rate: notNegative, ...least, ...warmUp }),
  z.strictObject({ type: z.literal('polynomial'), rate: notNegative, power: z.exactOptional(number.positive()), ...least, ...warmUp }),
  z.strictObject({ type: z.literal('plateau'), rate: notNegative, factor: notNegative, patience: whole, metric: z.enum(['top1', 'loss']), ...warmUp }),
]);

const range = z.tuple([number.positive(), number.positive()]);

/** What a recipe may be; nothing else may stand in one. */
export const recipeSchema: z.ZodType<Recipe> = z.strictObject({
  name: z.string(),
  network: z.strictObject({
    name: z.string(),
    columns: z.enum(['together', 'apart']),
    order: z.array(z.string()).min(1).max(1000),
    layers: z.record(z.string(), layerSchema),
  }),
  data: z.strictObject({
    sizes: z.tuple([count, count]),
    channels: z.exactOptional(z.union([z.literal(1), z.literal(3)])),
    resize: z.enum(['short-side', 'warp']),
    colours: z.enum(['rgb', 'bgr']),
    crop: z.strictObject({ border: whole, resized: z.exactOptional(z.strictObject({ scale: range, ratio: range })) }),
    flip: part,
    imagesPerDraw: count,
    mean: z.enum(['channels', 'image', 'image-in-place']),
    unitDeviation: z.boolean(),
    statistics: z.exactOptional(z.strictObject({ mean: z.array(number), deviation: z.array(number) })),
    colourNoise: z.exactOptional(
      z.strictObject({
        strength: notNegative,
        by: z.enum(['deviation', 'eigenvalue']),
        divisor: number.positive(),
        pca: z.enum(['imagenet', 'data']),
        until: z.exactOptional(notNegative),
      }),
    ),
    order: z.enum(['each-epoch', 'once']),
  }),
  training: z.strictObject({ batch: count, epochs: count }),
  optimiser: z.strictObject({
    form: z.enum(['2012', 'pytorch']),
    momentum: number.min(0).lt(1),
    decay: notNegative,
    decayBiases: z.boolean(),
    decayOf: z.exactOptional(z.record(z.string(), notNegative)),
    clipNorm: z.exactOptional(number.positive()),
    average: z.exactOptional(number.min(0).lt(1)),
  }),
  rates: z.strictObject({ weights: scheduleSchema, biases: scheduleSchema, layers: z.exactOptional(z.record(z.string(), scheduleSchema)) }),
  evaluation: z.strictObject({ views: z.union([z.literal(1), z.literal(9), z.literal(10)]) }),
  sources: z.record(z.string(), z.string()),
});

/** Checks a recipe that was changed. @throws OptionError `OPTION_INVALID`, naming the entry */
export function checkRecipe(recipe: unknown): Recipe {
  const parsed = recipeSchema.safeParse(recipe);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new OptionError({
    code: 'OPTION_INVALID',
    message: `the recipe's ${issue.path.join('.') || 'groups'} cannot be so: ${issue.message}.`,
    help: 'alexnet recipe show NAME lists the entries of a recipe and what they hold.',
  });
}
