/**
 * Images of every kind and every container of images, changed at random, are read: what comes is a picture, a counted refusal with a code, or a fault of ours. Also how much memory that takes.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { cifar100Archive, cifar10Archive, decodeImage, defineDataset, idxDataset, openPrepared, prepareIndex, prepareShard, webDataset } from '@convkit/datasets';
import { FormatError, RandomStream } from '@convkit/tensor';
import { packTar } from 'modern-tar';
import sharp from 'sharp';

/** @typedef {import('@convkit/datasets').Dataset} Dataset */
/** @typedef {import('@convkit/tensor').RandomDraws} Draws */

const HELP = `node bench/mutations.mjs [options]   (after npm run build)

  --images N     mutated images (default: 10000)
  --archives N   mutated shards, archives, IDX and CIFAR files (default: 2000)
  --seed N       decides the mutations (default: 1)
`;

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '10000' },
    archives: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}

const stream = new RandomStream(Number(values.seed), 'mutations');
sharp.cache(false);
let peak = 0;
const watch = setInterval(look, 5);
const root = await mkdtemp(`${tmpdir()}/convkit-mutations-`);
try {
  await mutateImages(Number(values.images));
  await mutateArchives(Number(values.archives));
} finally {
  clearInterval(watch);
  await rm(root, { recursive: true });
}

function look() {
  peak = Math.max(peak, process.memoryUsage().rss);
}

/** @param {number} count */
async function mutateImages(count) {
  const originals = await pictures();
  // What sharp and the decoders need at least is there before anything is counted.
  for (const [name, bytes] of originals) await decodeImage(bytes, name);
  const before = process.memoryUsage().rss;
  peak = before;
  const outcomes = new Map();
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const draws = stream.at(0, i);
    const [name, original] = originals[i % originals.length];
    const bytes = mutate(original, draws);
    const outcome = await decodeImage(bytes, name).then(({ width, height, channels, data }) => {
      if (channels !== 3 || data.length !== width * height * 3) return 'WRONG SIZE';
      largest = Math.max(largest, width * height);
      return 'decoded';
    }, codeOf);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    look();
  }
  tell(`${count} mutated images of ${originals.length} kinds (the largest that came out has ${largest} pixels)`, outcomes, before);
}

/** @param {number} count */
async function mutateArchives(count) {
  const kinds = await containers();
  const before = process.memoryUsage().rss;
  peak = before;
  for (const [k, [name, open]] of kinds.entries()) {
    const share = Math.floor(((k + 1) * count) / kinds.length) - Math.floor((k * count) / kinds.length);
    const outcomes = new Map();
    let unread = 0;
    for (let i = 0; i < share; i++) {
      const outcome = await open(stream.at(1 + k, i)).then(async (sets) => {
        for (const data of sets) {
          for (let item = 0; item < data.length; item++) {
            const code = await data.item(item).then(({ label }) => (label < data.classes.length ? undefined : 'WRONG LABEL'), codeOf);
            if (code === undefined) continue;
            if (!code.startsWith('FILE_')) return code;
            unread++;
          }
        }
        return 'opened';
      }, codeOf);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      look();
    }
    tell(`${share} mutated: ${name} (${unread} of the images in those that were opened refused)`, outcomes, before);
  }
}

/** @param {unknown} error */
function codeOf(error) {
  if (error instanceof FormatError && error.code.startsWith('FILE_')) return error.code;
  process.exitCode = 1;
  return `FAULT ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/**
 * @param {string} title
 * @param {ReadonlyMap<string, number>} outcomes
 * @param {number} before bytes
 */
function tell(title, outcomes, before) {
  console.log(`${title}: ${[...outcomes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([outcome, times]) => `${outcome} ${times}`).join(', ')}; ${mebibytes(before)} MiB before, at most ${mebibytes(peak)} MiB`);
}

/** @param {number} bytes */
function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(0);
}

/**
 * One to four changes: bits and bytes, often near the beginning, where headers are; a cut; bytes put in, taken out, or copied from elsewhere.
 *
 * @param {Uint8Array} original
 * @param {Draws} draws
 */
function mutate(original, draws) {
  let bytes = Uint8Array.from(original);
  for (let changes = 1 + draws.integer(4); changes > 0 && bytes.length > 1; changes--) {
    const at = draws.integer(draws.integer(2) === 0 ? Math.min(600, bytes.length) : bytes.length);
    const length = draws.integer(Math.min(600, bytes.length - at));
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    switch (draws.integer(7)) {
      case 0:
      case 1:
        bytes[at] ^= 1 << draws.integer(8);
        break;
      case 2:
      case 3:
        bytes[at] = [0, 1, 0x7f, 0x80, 0xff, draws.integer(256)][draws.integer(6)];
        break;
      case 4:
        bytes = bytes.slice(0, 1 + at);
        break;
      case 5:
        bytes = joined(head, Uint8Array.from({ length: draws.integer(40) }, () => draws.integer(256)), tail);
        break;
      case 6:
        bytes = draws.integer(2) === 0 ? joined(head, tail.subarray(length)) : joined(head, tail.subarray(0, length), tail);
    }
  }
  return bytes;
}

/** @param {readonly Uint8Array[]} parts */
function joined(...parts) {
  return new Uint8Array(Buffer.concat(parts));
}

/** Pictures of all formats and of all odd kinds. @returns {Promise<[string, Uint8Array][]>} */
async function pictures() {
  const draws = new RandomStream(Number(values.seed), 'pictures').at();
  const noise = Uint8Array.from({ length: 12 * 9 * 3 }, () => draws.integer(256));
  const soft = () => sharp(noise, { raw: { width: 12, height: 9, channels: 3 } }).resize(72, 54);
  const frames = await Promise.all(['#f00', '#0f0', '#00f'].map((background) => sharp({ create: { width: 20, height: 20, channels: 3, background } }).png().toBuffer()));
  const animated = () => sharp(frames, { join: { animated: true } });
  /** @type {readonly [string, import('sharp').Sharp][]} */
  const made = [
    ['colour.jpg', soft().jpeg()],
    ['full colours.jpg', soft().jpeg({ chromaSubsampling: '4:4:4' })],
    ['progressive.jpg', soft().jpeg({ progressive: true })],
    ['grey.jpg', soft().toColourspace('b-w').jpeg()],
    ['cmyk.jpg', soft().toColourspace('cmyk').jpeg()],
    ['turned.jpg', soft().withMetadata({ orientation: 6 }).jpeg()],
    ['profile.jpg', soft().withIccProfile('p3').jpeg()],
    ['colour.png', soft().png()],
    ['interlaced.png', soft().png({ progressive: true })],
    ['palette.png', soft().png({ palette: true })],
    ['16 bit.png', soft().toColourspace('rgb16').png()],
    ['transparent.png', soft().ensureAlpha(0.5).png()],
    ['one pixel.png', sharp({ create: { width: 1, height: 1, channels: 3, background: '#369' } }).png()],
    ['wide.png', sharp({ create: { width: 50_000, height: 1, channels: 3, background: '#369' } }).png()],
    ['lossy.webp', soft().webp()],
    ['lossless.webp', soft().webp({ lossless: true })],
    ['animated.webp', animated().webp()],
    ['still.gif', soft().gif()],
    ['animated.gif', animated().gif()],
    ['plain.tiff', soft().tiff({ compression: 'none' })],
    ['packed.tiff', soft().tiff({ compression: 'lzw' })],
    ['tiles.tiff', soft().tiff({ tile: true, tileWidth: 16, tileHeight: 16 })],
    ['still.avif', soft().avif()],
  ];
  return Promise.all(made.map(async ([name, picture]) => /** @type {[string, Uint8Array]} */ ([name, new Uint8Array(await picture.toBuffer())])));
}

/** Containers of all layouts, each opened with a mutation. @returns {Promise<[string, (draws: Draws) => Promise<readonly Dataset[]>][]>} */
async function containers() {
  const images = (await pictures()).filter(([name]) => /^(colour|grey|still)/.test(name));
  const text = (/** @type {string} */ value) => new TextEncoder().encode(value);
  const pack = (/** @type {readonly (readonly [string, Uint8Array])[]} */ files) => packTar(files.map(([name, body]) => ({ header: { name, size: body.length, type: /** @type {const} */ ('file'), mtime: new Date(0) }, body })));
  const shard = await pack(images.flatMap(([name, bytes], i) => [[`${'deep/'.repeat(25)}${i}.${name.slice(name.indexOf('.') + 1)}`, bytes], [`${'deep/'.repeat(25)}${i}.cls`, text(String(i))]]));
  const record = (/** @type {number} */ labels) => Uint8Array.from({ length: labels + 3072 }, (_, i) => (i < labels ? i : i % 256));
  const cifar10 = await pack([['c/data_batch_1.bin', joined(record(1), record(1))], ['c/batches.meta.txt', text('a\nb\n')], ['c/test_batch.bin', record(1)]]);
  const cifar100 = await pack([['c/train.bin', joined(record(2), record(2))], ['c/test.bin', record(2)]]);
  const idx = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 2, ...Array.from({ length: 24 }, (_, i) => i)]);
  const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 2, 1]);
  const prepared = await preparedFiles(images);
  for (const { name, bytes } of prepared) await writeFile(`${root}/${name}`, bytes);

  /** Changed as it is, before compression, or after it, with checksums made good or not. @param {Uint8Array} bytes @param {Draws} draws */
  const changed = (bytes, draws) => {
    const way = draws.integer(4);
    if (way === 0) return mutate(new Uint8Array(gzipSync(bytes)), draws);
    const plain = way === 1 ? mutate(bytes, draws) : checksummed(mutate(bytes, draws));
    return way === 3 ? new Uint8Array(gzipSync(plain)) : plain;
  };
  const both = (/** @type {{ readonly train: Dataset, readonly test: Dataset }} */ { train, test }) => [train, test];
  const maxBytes = 10_000_000;
  return [
    ['tar shards', async (draws) => [await webDataset({ name: 'm', split: 'train', shards: [{ name: 'm.tar', bytes: changed(shard, draws) }], decode: decodeImage, maxBytes })]],
    ['prepared shards and what lies beside them', async (draws) => {
      const { name, bytes } = prepared[draws.integer(prepared.length)];
      await writeFile(`${root}/${name}`, mutate(bytes, draws));
      try {
        return await examined(both(await openPrepared(root)));
      } finally {
        await writeFile(`${root}/${name}`, bytes);
      }
    }],
    ['archives of CIFAR-10', async (draws) => both(await cifar10Archive({ name: 'c.tar', bytes: changed(cifar10, draws) }, { maxBytes }))],
    ['archives of CIFAR-100', async (draws) => both(await cifar100Archive({ name: 'c.tar', bytes: changed(cifar100, draws) }, { maxBytes }))],
    ['pairs of IDX files', async (draws) => {
      const [first, second] = draws.integer(2) === 0 ? [changed(idx, draws), labels] : [idx, changed(labels, draws)];
      return [await idxDataset({ name: 'm', split: 'train', images: { name: 'images', bytes: first }, labels: { name: 'labels', bytes: second }, maxBytes })];
    }],
  ];
}

/** Images are asked for while the mutation is there. @param {readonly Dataset[]} sets */
async function examined(sets) {
  return Promise.all(sets.map(async (data) => {
    const found = await Promise.all(Array.from({ length: data.length }, (_, i) => data.item(i).then((example) => () => example, (/** @type {unknown} */ error) => () => { throw error; })));
    return defineDataset({ name: data.name, split: data.split, length: data.length, classes: data.classes, channels: 3 }, (i) => found[i]());
  }));
}

/** @param {readonly [string, Uint8Array][]} images */
async function preparedFiles(images) {
  const about = { name: 'm', length: images.length, classes: images.map(([name]) => name), channels: 3 };
  const part = async (/** @type {import('@convkit/datasets').Split} */ split) => {
    const data = defineDataset({ ...about, split }, async (label) => ({ image: await decodeImage(images[label][1], images[label][0]), label }));
    return (await prepareShard(data, images.map((_, i) => i), { size: 16 })).files;
  };
  const files = [...(await part('train')), ...(await part('test'))];
  const index = await prepareIndex({ name: 'm', classes: about.classes, size: 16, shards: { train: 1, test: 1 }, read: (file) => Promise.resolve(/** @type {Uint8Array} */ (files.find(({ name }) => name === file)?.bytes)) });
  return [...files, ...index.files];
}

/** With the checksum of every header made good. @param {Uint8Array} tar */
function checksummed(tar) {
  for (let at = 0; at + 512 <= tar.length; at += 512) {
    const block = tar.subarray(at, at + 512);
    if (new TextDecoder().decode(block.subarray(257, 262)) !== 'ustar') continue;
    block.fill(32, 148, 156);
    block.set(new TextEncoder().encode(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `), 148);
  }
  return tar;
}
