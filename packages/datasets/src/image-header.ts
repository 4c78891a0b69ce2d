/** What an image file says of itself before anything is decoded. */
export interface ImageHeader {
  readonly format: 'jpeg' | 'png' | 'webp' | 'gif' | 'avif';
  /** In pixels, as stored: an EXIF orientation is not applied. */
  readonly width: number;
  readonly height: number;
}

/** First bytes of a file in which the sizes of an AVIF are looked for. */
const HEAD = 2 ** 16;

/**
 * Kind and size of an image file by its first bytes; undefined if they are of none of these kinds, or torn.
 * Sources: ITU-T T.81, B.2.2 (JPEG frame header); PNG (Third Edition), 11.2.1; GIF89a, 18; RFC 9649 (WebP), 2.5 to 2.7; ISO/IEC 23008-12, 6.5.3 (`ispe`, of AVIF).
 */
export function imageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // Each byte a letter.
  const letters = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  try {
    if (letters(0, 3) === '\xff\xd8\xff') return jpegHeader(view);
    if (letters(0, 8) === '\x89PNG\r\n\x1a\n') return { format: 'png', width: view.getUint32(16), height: view.getUint32(20) };
    if (/^GIF8[79]a$/.test(letters(0, 6))) return { format: 'gif', width: view.getUint16(6, true), height: view.getUint16(8, true) };
    if (letters(0, 4) === 'RIFF' && letters(8, 12) === 'WEBP') return webpHeader(view, letters(12, 16));
    if (letters(4, 8) === 'ftyp' && /avi[fs]/.test(letters(8, Math.min(64, view.getUint32(0))))) return avifHeader(view);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

/** From marker to marker to the header of the frame. */
function jpegHeader(view: DataView): ImageHeader | undefined {
  for (let at = 2; view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1);
    // Bytes that fill up, and markers without a segment.
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += marker === 0xff ? 1 : 2;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return { format: 'jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    else at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function webpHeader(view: DataView, chunk: string): ImageHeader | undefined {
  const bits14 = (at: number, shift = 0) => (view.getUint32(at, true) >>> shift) & 0x3fff;
  const bits24 = (at: number) => view.getUint32(at, true) & 0xffffff;
  if (chunk === 'VP8 ') return { format: 'webp', width: bits14(26), height: view.getUint16(28, true) & 0x3fff };
  if (chunk === 'VP8L') return { format: 'webp', width: bits14(21) + 1, height: bits14(21, 14) + 1 };
  // The second number ends where the next chunk begins.
  if (chunk === 'VP8X') return { format: 'webp', width: bits24(24) + 1, height: bits24(27) + 1 };
  return undefined;
}

/** The largest of the sizes that its items have: a picture may be put together from tiles. */
function avifHeader(view: DataView): ImageHeader | undefined {
  let largest: ImageHeader | undefined;
  for (let at = 0; at < Math.min(HEAD, view.byteLength - 15); at++) {
    // `ispe`, version and flags, then the size.
    if (view.getUint32(at) !== 0x69737065) continue;
    const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (largest === undefined || width * height > largest.width * largest.height) largest = { format: 'avif', width, height };
  }
  return largest;
}
