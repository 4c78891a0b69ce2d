/** Writes images of many kinds beside what sharp decodes them to, as PNG, for test/golden/decoders.json: browsers are held to it. */
import { RandomStream } from '@convkit/tensor';
import sharp from 'sharp';

const draws = new RandomStream(1, 'decoders').at();
const spots = Uint8Array.from({ length: 8 * 6 * 3 }, () => draws.integer(256));
const soft = () => sharp(spots, { raw: { width: 8, height: 6, channels: 3 } }).resize(33, 25);
const kinds = {
  'JPEG, 4:2:0': soft().jpeg({ quality: 95 }),
  'JPEG, 4:4:4': soft().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  'JPEG, progressive': soft().jpeg({ quality: 95, progressive: true }),
  'JPEG, grey': soft().toColourspace('b-w').jpeg({ quality: 95 }),
  'JPEG, CMYK': soft().toColourspace('cmyk').jpeg({ quality: 95 }),
  'JPEG, turned by EXIF': soft().withMetadata({ orientation: 6 }).jpeg({ quality: 95 }),
  PNG: soft().png(),
  'PNG, 16 bits': soft().toColourspace('rgb16').png(),
  'PNG, grey': soft().toColourspace('b-w').png(),
  'PNG, transparent': soft().ensureAlpha(0.5).png(),
  GIF: soft().gif(),
  'WebP, lossless': soft().webp({ lossless: true }),
  'WebP, lossy': soft().webp({ quality: 95 }),
  AVIF: soft().avif({ quality: 80 }),
};

const lines = [];
for (const [kind, picture] of Object.entries(kinds)) {
  const file = await picture.toBuffer();
  const { data, info } = await sharp(file).autoOrient().toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const decoded = await sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } }).png().toBuffer();
  lines.push(`${JSON.stringify({ kind, file: file.toString('base64'), decoded: decoded.toString('base64') })}`);
}
process.stdout.write(`[\n${lines.join(',\n')}\n]\n`);
