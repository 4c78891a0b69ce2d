import { FormatError } from '@convkit/tensor';

/** @throws FormatError `FILE_UNSUPPORTED`, `FILE_TOO_LARGE` for what a header says of an image */
export function assertDecodable({ format, width, height }: { readonly format: string; readonly width: number; readonly height: number }, name: string, maxPixels: number, formats: readonly string[]): void {
  if (!formats.includes(format)) {
    throw new FormatError({ code: 'FILE_UNSUPPORTED', message: `${name}: the format ${format} is not read.`, values: { formats: formats.join(', ') } });
  }
  if (width * height > maxPixels) {
    throw new FormatError({
      code: 'FILE_TOO_LARGE',
      message: `${name}: ${width}x${height} pixels, but at most ${maxPixels} are decoded.`,
      help: 'shrink the image, or raise maxPixels.',
    });
  }
}
