import { prepareImage, type Preparation } from '@convkit/alexnet';
import type { AnyImage } from '@convkit/data-aug';
import sharp from 'sharp';

/** What the network sees of an image, in its true colours: a PNG. */
export async function preparedPicture(image: AnyImage, { recipe, format }: Pick<Preparation, 'recipe' | 'format'>): Promise<Buffer> {
  const { width, height, channels, data } = prepareImage({ ...recipe, data: { ...recipe.data, colours: 'rgb' } }, format, image);
  const bytes = Uint8Array.from(data, (value) => Math.round(value));
  return sharp(bytes, { raw: { width, height, channels: channels as 1 | 3 } }).png({ palette: width > 64 }).toBuffer();
}
