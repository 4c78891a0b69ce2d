import type { Image } from '@convkit/data-aug';
import sharp from 'sharp';

/** A picture on a contact sheet. */
export interface SheetCell {
  readonly image: Image;
  /** A line under it; what does not fit is cut. */
  readonly caption: string;
}

/** Pictures side by side before a new row begins. */
const PER_ROW = 8;
/** Pixels between pictures. */
const GAP = 8;
/** Pixels of a line of text, and about how wide a letter of it is. */
const LINE = 18;
const LETTER = 6.7;
/** Small pictures are enlarged by a whole factor to about so many pixels. */
const SIDE = 112;

/** Pictures of one size in rows, each over its caption, on white: a PNG. */
export async function contactSheet(cells: readonly SheetCell[]): Promise<Uint8Array> {
  const { width, height } = cells[0].image;
  const factor = Math.max(1, Math.round(SIDE / Math.max(width, height)));
  const [w, h] = [width * factor, height * factor];
  const columns = Math.min(PER_ROW, cells.length);
  const size = { width: GAP + columns * (w + GAP), height: GAP + Math.ceil(cells.length / columns) * (h + LINE + GAP) };
  const places = cells.map((_, i) => ({ left: GAP + (i % columns) * (w + GAP), top: GAP + Math.floor(i / columns) * (h + LINE + GAP) }));
  const pictures = cells.map(({ image }, i) => ({ input: enlarged(image, factor), raw: { width: w, height: h, channels: 3 as const }, ...places[i] }));
  const letters = Math.floor(w / LETTER);
  const captions = cells.map(({ caption }, i) => `<text x="${places[i].left}" y="${places[i].top + h + LINE - 5}">${escaped(shortened(caption, letters))}</text>`);
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}"><g font-family="sans-serif" font-size="12" fill="#222">${captions.join('')}</g></svg>`;
  return sharp({ create: { ...size, channels: 3, background: 'white' } })
    .composite([...pictures, { input: Buffer.from(text), left: 0, top: 0 }])
    .removeAlpha()
    .png()
    .toBuffer();
}

/** RGB with every pixel repeated, so that a pixel stays a pixel. */
function enlarged({ width, height, channels, data }: Image, factor: number): Buffer {
  const out = Buffer.alloc(width * factor * height * factor * 3);
  for (let y = 0, to = 0; y < height * factor; y++) {
    for (let x = 0; x < width * factor; x++) {
      const from = (Math.floor(y / factor) * width + Math.floor(x / factor)) * channels;
      for (let c = 0; c < 3; c++) out[to++] = data[from + (channels === 1 ? 0 : c)];
    }
  }
  return out;
}

function shortened(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, Math.max(1, letters - 1))}…`;
}

function escaped(text: string): string {
  // Names of files hold anything, control characters too, which XML refuses.
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign);
}
