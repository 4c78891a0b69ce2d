import type { Image } from '@convkit/data-aug';
import { FormatError } from '@convkit/tensor';

import { assertDecodable } from './assert-decodable.js';
import { imageHeader } from './image-header.js';

/** What browsers decode by themselves. */
const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'avif'];

/** Whether this thread can decode images by itself: pages and workers of browsers can, Node cannot. */
export function canDecodeBitmaps(): boolean {
  return typeof createImageBitmap === 'function' && typeof OffscreenCanvas === 'function';
}

/**
 * An image as the browser decodes it: EXIF orientation applied, colour profiles not (`colorSpaceConversion: 'none'`), the first picture of several. Colours of a picture that is transparent in places are
 * as the canvas keeps them, multiplied by the opacity and divided again: rounded, and black where nothing shows.
 *
 * @throws FormatError `FILE_CORRUPT`, `FILE_UNSUPPORTED`, `FILE_TOO_LARGE` (before anything is decoded)
 */
export async function decodeBitmap(bytes: Uint8Array, name: string, maxPixels: number): Promise<Image> {
  const header = imageHeader(bytes);
  if (header === undefined) throw corrupt(name, 'its beginning is of no kind that is read, or torn');
  assertDecodable(header, name, maxPixels, FORMATS);
  // A copy, for memory that threads share makes no blob.
  const bitmap = await createImageBitmap(new Blob([bytes.slice()]), { colorSpaceConversion: 'none', premultiplyAlpha: 'none' }).catch((cause: unknown) => {
    throw corrupt(name, cause instanceof Error ? cause.message : String(cause), cause);
  });
  const { width, height } = bitmap;
  try {
    // A file may hold another picture than its header says.
    assertDecodable({ ...header, width, height }, name, maxPixels, FORMATS);
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null) throw corrupt(name, `there is no canvas of ${width}x${height} pixels`);
    context.drawImage(bitmap, 0, 0);
    return { width, height, channels: 3, data: withoutAlpha(context.getImageData(0, 0, width, height).data) };
  } finally {
    bitmap.close();
  }
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from];
    rgb[to + 1] = rgba[from + 1];
    rgb[to + 2] = rgba[from + 2];
  }
  return rgb;
}

function corrupt(name: string, why: string, cause?: unknown): FormatError {
  return new FormatError({ code: 'FILE_CORRUPT', message: `${name}: no good image: ${why}`, cause });
}
