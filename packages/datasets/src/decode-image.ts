import { toRgb, type Image } from '@convkit/data-aug';
import { ConvkitError, FormatError } from '@convkit/tensor';

import { assertDecodable } from './assert-decodable.js';
import { canDecodeBitmaps, decodeBitmap } from './decode-bitmap.js';
import { loadSharp } from './load-sharp.js';

/** Choices of {@link decodeImage}. */
export interface DecodeOptions {
  /** Images of more pixels are refused before they are decoded; default 50,000,000. */
  readonly maxPixels?: number;
}

const FORMATS: readonly string[] = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif'];

/**
 * Turns the bytes of a JPEG, PNG, WebP, GIF (first picture), TIFF or AVIF file into an RGB image: EXIF orientation applied, grey repeated in three channels,
 * CMYK and other profiles converted to sRGB, 16 bits reduced to 8, transparency dropped. In Node by the optional peer `sharp`; in pages and workers of browsers by `createImageBitmap`, which reads
 * no TIFF, leaves profiles (but not CMYK) unconverted, and rounds colours where a picture is transparent.
 *
 * @param name For messages.
 * @throws FormatError `FILE_CORRUPT`, `FILE_UNSUPPORTED` (another format), `FILE_TOO_LARGE`; ConvkitError `PEER_MISSING` if sharp is not installed.
 *
 * @example
 * ```ts
 * import { decodeImage } from '@convkit/datasets';
 *
 * const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC', 'base64');
 * const image = await decodeImage(png, 'red.png');
 * console.log(image.width, image.height, image.data.join()); // 1 1 255,0,0
 * ```
 */
export async function decodeImage(bytes: Uint8Array, name: string, options: DecodeOptions = {}): Promise<Image> {
  const { maxPixels = 50_000_000 } = options;
  if (canDecodeBitmaps()) return decodeBitmap(bytes, name, maxPixels);
  const read = await loadSharp('decodeImage');
  const open = (limitInputPixels: number | false) => read(bytes, { limitInputPixels, failOn: 'error' });
  const assertHeader = async () => assertDecodable(await open(false).metadata(), name, maxPixels, FORMATS);
  // What begins like a JPEG is one, and sharp itself can refuse too many pixels: a look at the header before would cost a sixth of the time of a small photograph.
  const ahead = !(bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff && maxPixels >= 1 && maxPixels < 2 ** 53);
  try {
    if (ahead) await assertHeader();
    try {
      const stored = open(ahead ? false : Math.floor(maxPixels));
      // To look for an orientation costs a twentieth of the time of a small photograph, and of a JPEG only EXIF tells one.
      const upright = ahead || Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('Exif') ? stored.autoOrient() : stored;
      const { data, info } = await upright.toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
      return toRgb({ width: info.width, height: info.height, channels: info.channels, data });
    } catch (cause) {
      if (!ahead) await assertHeader();
      throw cause;
    }
  } catch (cause) {
    if (cause instanceof ConvkitError) throw cause;
    throw new FormatError({ code: 'FILE_CORRUPT', message: `${name}: no good image: ${reasonOf(cause)}`, cause });
  }
}

/**
 * What sharp itself says of its input. What libvips says is left to `cause`: its decodes share one place for errors, so that with several under way the words of one file stand at another, and not twice the same.
 */
function reasonOf(cause: unknown): string {
  const own = cause instanceof Error && /^Input (buffer|image)[^:\n]*/.exec(cause.message);
  return own ? own[0] : 'it is cut off or damaged';
}
