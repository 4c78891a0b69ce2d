import type { PixelStatistics, Recipe } from '@convkit/alexnet';
import { swapRedBlue, type FloatImage, type Image } from '@convkit/data-aug';

/**
 * An input of the network as a picture: the deviation multiplied in again where the recipe divides by it, the mean colour of the data added, what leaves 0 to 255 cut off, red first.
 * A recipe that takes away a mean image leaves its traces, since the place of the crop is not undone.
 */
export function visibleImage({ data: recipe }: Recipe, found: PixelStatistics, input: FloatImage): Image {
  const { mean, deviation } = recipe.statistics ?? found;
  const { width, height, channels } = input;
  const data = Uint8Array.from(input.data, (value, i) => {
    const channel = i % channels;
    return Math.min(255, Math.max(0, Math.round((recipe.unitDeviation ? value * deviation[channel] : value) + mean[channel])));
  });
  const image = { width, height, channels, data };
  return recipe.colours === 'bgr' && channels === 3 ? swapRedBlue(image) : image;
}
