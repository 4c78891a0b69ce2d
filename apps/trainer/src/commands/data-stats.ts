import { findRecipe, prepareData } from '@convkit/alexnet';
import { IMAGENET_MEAN, IMAGENET_PCA, swapRedBlue, type ColourPca, type FloatImage } from '@convkit/data-aug';
import sharp from 'sharp';
import { openData, resolveData } from '../data.js';
import { openOutput } from '../output.js';
import { formatTable } from '../table.js';
import { count } from '../wording.js';
import { writeNew } from '../write-new.js';

/** What the command line may say. */
export interface DataStatsFlags {
  readonly data: string;
  readonly recipe: string;
  readonly png?: string;
  readonly json?: boolean;
}

/** `alexnet data stats`: mean, deviation and colour axes of the training images of a data set. */
export async function dataStatsCommand({ data: asked, recipe: name, png, json = false }: DataStatsFlags): Promise<void> {
  const output = openOutput(json);
  const described = resolveData(asked);
  const base = findRecipe(name);
  // Whatever the recipe needs itself: here all of it is wanted.
  const { statistics: _, ...design } = base.data;
  const recipe = { ...base, data: { ...design, mean: 'image' as const } };
  const { train, test } = await openData(described, (message) => output.warn(message));
  try {
    const { preparation } = await prepareData(recipe, { train, test }, { onProgress: (images, of) => output.progress(images, of) });
    const { format, statistics } = preparation;
    const { mean, deviation, meanImage, pca } = statistics;
    if (png !== undefined && meanImage !== undefined) await writePicture(png, recipe.data.colours === 'bgr' && meanImage.channels === 3 ? swapRedBlue(meanImage) : meanImage);
    const numbers = (values: readonly number[]) => values.map((value) => value.toFixed(4));
    output.done({ type: 'done', data: described, recipe: name, images: train.length, format, mean, deviation, pca: pca ?? null }, [
      `${count(train.length)} training images of ${described}, used as ${format.size}x${format.size}x${format.channels} (${name}); scale 0 to 255`,
      '',
      ...formatTable([
        ['channel', ...(format.channels === 1 ? ['grey'] : recipe.data.colours === 'bgr' ? ['blue', 'green', 'red'] : ['red', 'green', 'blue'])],
        ['mean', ...numbers(mean)],
        ['deviation', ...numbers(deviation)],
      ]),
      ...(pca === undefined ? [] : ['', 'main colour axes', ...axes(pca), '', `ImageNet (CC2 make-data/input_meta): mean ${IMAGENET_MEAN.join(', ')} (red, green, blue), main colour axes`, ...axes(IMAGENET_PCA)]),
      ...(png === undefined ? [] : ['', `mean image: ${png}`]),
    ]);
  } finally {
    output.close();
  }
}

function axes({ deviations, axes: vectors }: ColourPca): readonly string[] {
  return formatTable([['deviation', '', 'axis', ''], ...deviations.map((deviation, i) => [deviation.toFixed(4), ...vectors[i].map((value) => value.toFixed(4))])], 0);
}

/** The mean image as a PNG file. */
async function writePicture(path: string, { width, height, channels, data }: FloatImage): Promise<void> {
  const bytes = Uint8Array.from(data, (value) => Math.round(value));
  await writeNew(path, await sharp(bytes, { raw: { width, height, channels: channels as 1 | 3 } }).png().toBuffer());
}
