/**
 * Where the time of an augmented image goes: processor time of the parts of a row, by turns in one process, beside that of a bare decode.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { findRecipe, prepareData, trainingRows } from '@convkit/alexnet';
import { decodeImage, fileAccess, openPrepared, parseSidecar } from '@convkit/datasets';
import { sha256, sizeOf } from '@convkit/tensor';
import sharp from 'sharp';

const HELP = `node bench/loader-parts.mjs FOLDER [options]   (after npm run build)

  FOLDER           of \`alexnet data prepare\`
  --recipe NAME    how images are augmented (default: alexnet-2012-as-coded)
  --rounds N       turns of each part, the first two to warm up (default: 30)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { recipe: { type: 'string', default: 'alexnet-2012-as-coded' }, rounds: { type: 'string', default: '30' }, help: { type: 'boolean', short: 'h', default: false } },
});
const [folder] = positionals;
if (values.help || folder === undefined) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

/** Images of a turn; rows asked for at once, as two pieces of a loader; decodes at a time. */
const [turn, piece, lanes] = [32, 8, 4];
sharp.cache(false);
const { data, preparation } = await prepareData(findRecipe(values.recipe), await openPrepared(folder));
const rows = trainingRows(data.train, preparation, 2 * turn, 1);
const size = sizeOf(rows.rowShape);
const into = new Float32Array(new SharedArrayBuffer(4 * turn * size));
const tar = await fileAccess(`${folder}/train-000000.tar`);
const places = parseSidecar('train-000000.json', await readFile(`${folder}/train-000000.json`)).images.slice(0, turn);
const files = await Promise.all(places.map((place) => tar.read(place.offset, place.size)));
const held = await data.train.item(0);
const rowsOfOne = trainingRows({ ...data.train, item: async () => held }, preparation, 2 * turn, 1);

/** @param {(i: number) => Promise<unknown>} work */
const each = async (work) => {
  let next = 0;
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (next < turn) await work(next++);
  }));
};
/** @param {import('@convkit/datasets').RowSource} source */
const pieces = async (source) => {
  for (let i = 0; i < turn; i += 2 * piece) await Promise.all([i, i + piece].map((first) => source.rows(0, 0, first, first + piece, into.subarray(first * size, (first + piece) * size))));
};

/** @type {Readonly<Record<string, () => Promise<void>>>} */
const parts = {
  'read, decoded by sharp alone': () => each(async (i) => sharp(await tar.read(places[i].offset, places[i].size)).raw().toBuffer()),
  'a row': () => pieces(rows),
  'a row of an image that is held': () => pieces(rowsOfOne),
  'an item': () => each((i) => data.train.item(i)),
  'decodeImage': () => each((i) => decodeImage(files[i], '')),
  'read': () => each((i) => tar.read(places[i].offset, places[i].size)),
  'SHA-256': () => each((i) => sha256(files[i])),
};
/** @type {Record<string, number[]>} */
const times = Object.fromEntries(Object.keys(parts).map((name) => [name, []]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, work] of Object.entries(parts)) {
    const since = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(since);
    if (round > 1) times[name].push((user + system) / 1000 / turn);
  }
}
console.log('processor time of an image, ms: least, median');
for (const [name, found] of Object.entries(times)) {
  found.sort((a, b) => a - b);
  console.log(`${name.padEnd(32)}${found[0].toFixed(3)}  ${found[found.length >> 1].toFixed(3)}`);
}
