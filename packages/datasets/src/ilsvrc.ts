import { FormatError } from '@convkit/tensor';

import { classNames, numberedLines, readText } from './class-names.js';
import type { DatasetSplits } from './dataset.js';
import { openTree, type FileSet, type FileTree } from './file-tree.js';
import { openArchives } from './ilsvrc-archives.js';
import { IMAGE_NAME, indexClasses, openFiles, type ImageFolderOptions, type IndexedFiles } from './image-folder.js';

/**
 * ImageNet as ILSVRC-2012 hands it out, from a path (in Node; also that of a tar archive, plain or `.gz`) or a {@link FileSet}: `train/WNID/*.JPEG`, and `val/*.JPEG` with a file that has their labels, which may lie beside `train`, in `devkit/data` or `ILSVRC2012_devkit_t12/data`, or in `val`;
 * the first of these:
 *
 * - `val.txt` of Caffe: lines `NAME INDEX`, the index into the sorted WNIDs;
 * - `LOC_val_solution.csv` of Kaggle (whose `ILSVRC/Data/CLS-LOC` is found too): `NAME,WNID …`;
 * - `val_labels.txt`: lines `NAME WNID`;
 * - `ILSVRC2012_validation_ground_truth.txt` of the development kit: an ILSVRC id a line in the order of file names, with `map_clsloc.txt` (lines `WNID ID NAME`) in one of these places. The ids are not the order of the WNIDs.
 *
 * A `val` with one folder a class is read as well, and at a path in Node the archives as they are handed out, in the place of what would be unpacked: `ILSVRC2012_img_train.tar`, a tar of one tar a class,
 * `ILSVRC2012_img_val.tar` and `ILSVRC2012_devkit_t12.tar.gz`. The images are read in place. Classes are called as `openImageFolder` does.
 *
 * @throws FormatError naming file and line: `FILE_MISSING` (a folder, a file with labels, an image that has a label), `FILE_CLASS` (a WNID that training does not have), `FILE_LABEL` (no such class; an image without label),
 * `FILE_CORRUPT` (a line of another form, a name twice), `FILE_SIZE` (as many labels as images), `FILE_EMPTY`, `FILE_UNREADABLE`.
 */
export async function openIlsvrc(source: string | FileSet, options: ImageFolderOptions = {}): Promise<DatasetSplits> {
  const tree = (typeof source === 'string' ? await openArchives(source, options) : undefined) ?? (await openTree(source, options));
  const { path } = tree;
  const kaggle = `${path}/ILSVRC/Data/CLS-LOC`;
  const root = (await tree.kindOf(`${kaggle}/train`)) === 'folder' ? kaggle : path;
  const train = await indexClasses(tree, `${root}/train`, options);
  const places = [path, `${path}/devkit/data`, `${path}/ILSVRC2012_devkit_t12/data`, `${root}/val`];
  const names = await tree.listFileNames(`${root}/val`, IMAGE_NAME);
  const test: IndexedFiles =
    names.length === 0 ? await indexClasses(tree, `${root}/val`, options, train.folders) : { names, folderOf: () => `${root}/val`, labels: await readLabels(tree, places, { folder: `${root}/val`, names, wnids: train.folders }) };
  const classes = await classNames(tree, places, train.folders);
  return { train: openFiles(tree, 'train', classes, train, options), test: openFiles(tree, 'test', classes, test, options) };
}

/** The images that want labels, and the classes there are. */
interface Flat {
  readonly folder: string;
  /** In order. */
  readonly names: readonly string[];
  /** In order. */
  readonly wnids: readonly string[];
}

const READERS: readonly (readonly [list: string, read: (tree: FileTree, list: string, places: readonly string[], flat: Flat) => Promise<Uint32Array>])[] = [
  ['val.txt', (tree, list, _, flat) => readPairs(tree, list, flat, /^(.+?)\s+(\d+)$/, 'NAME INDEX')],
  ['LOC_val_solution.csv', (tree, list, _, flat) => readPairs(tree, list, flat, /^([^,]+),"?\s*([^\s",]+)/, 'NAME,WNID', /^ImageId,/)],
  ['val_labels.txt', (tree, list, _, flat) => readPairs(tree, list, flat, /^(.+?)\s+(\S+)$/, 'NAME WNID')],
  ['ILSVRC2012_validation_ground_truth.txt', readGroundTruth],
];

async function readLabels(tree: FileTree, places: readonly string[], flat: Flat): Promise<Uint32Array> {
  for (const [name, read] of READERS) {
    const list = await findIn(tree, places, name);
    if (list !== undefined) return read(tree, list, places, flat);
  }
  throw new FormatError({
    code: 'FILE_MISSING',
    message: `${flat.folder}: no file with the labels of its ${flat.names.length} images.`,
    values: { 'looked for': READERS.map(([name]) => name).join(', '), in: places.join(', ') },
    help: `put one of these files there, or move the images into ${flat.folder}/WNID.`,
  });
}

async function findIn(tree: FileTree, places: readonly string[], name: string): Promise<string | undefined> {
  for (const place of places) if ((await tree.kindOf(`${place}/${name}`)) === 'file') return `${place}/${name}`;
  return undefined;
}

/** Lines with the name of an image, its ending or its folder left out or not, and its class: an index where the form says so, else a WNID. */
async function readPairs(tree: FileTree, list: string, { folder, names, wnids }: Flat, line: RegExp, form: string, head?: RegExp): Promise<Uint32Array> {
  const labelOf = form.endsWith('INDEX') ? undefined : new Map(wnids.map((wnid, label) => [wnid, label]));
  const indexOf = namesAndStems(names);
  const labels = new Uint32Array(names.length);
  const lines = new Uint32Array(names.length);
  for (const [number, text] of numberedLines(await readText(tree, list))) {
    if (number === 1 && head?.test(text)) continue;
    const [, name, token] = line.exec(text) ?? [];
    if (name === undefined) throw wrong('FILE_CORRUPT', list, number, `${JSON.stringify(text.slice(0, 80))} is not ${form}`);
    const label = labelOf === undefined ? Number(token) : labelOf.get(token);
    if (label === undefined) throw unknownClass(list, number, token);
    if (label >= wnids.length) {
      throw wrong('FILE_LABEL', list, number, `class ${label}, but there are ${wnids.length} (0 to ${wnids.length - 1})`, 'the index counts all WNIDs of the list in order: use the list that belongs to these training classes.');
    }
    const image = indexOf.get(name.slice(name.lastIndexOf('/') + 1));
    if (image === undefined) throw wrong('FILE_MISSING', list, number, `${folder} has no image ${JSON.stringify(name)}`);
    if (lines[image] > 0) throw wrong('FILE_CORRUPT', list, number, `${JSON.stringify(name)} has a label already, in line ${lines[image]}`);
    labels[image] = label;
    lines[image] = number;
  }
  const missing = names.filter((_, image) => lines[image] === 0);
  if (missing.length > 0) throw new FormatError({ code: 'FILE_LABEL', message: `${list}: no label for ${folder}/${missing[0]}${missing.length > 1 ? ` and ${missing.length - 1} more` : ''}.` });
  return labels;
}

/** The place of each name, also without its ending where that is clear. */
function namesAndStems(names: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  const unclear = new Set<string>();
  for (const [place, name] of names.entries()) {
    const stem = name.replace(IMAGE_NAME, '');
    if (places.has(stem)) unclear.add(stem);
    places.set(stem, place);
  }
  for (const stem of unclear) places.delete(stem);
  for (const [place, name] of names.entries()) places.set(name, place);
  return places;
}

async function readGroundTruth(tree: FileTree, list: string, places: readonly string[], { folder, names, wnids }: Flat): Promise<Uint32Array> {
  const map = await findIn(tree, places, 'map_clsloc.txt');
  if (map === undefined) {
    throw new FormatError({
      code: 'FILE_MISSING',
      message: `${list}: it has ILSVRC ids, and no map_clsloc.txt says which WNIDs they are; the ids are not the order of the WNIDs.`,
      help: 'put map_clsloc.txt of a later development kit (lines WNID ID NAME) beside it; meta.mat is not read.',
    });
  }
  const wnidOf = new Map<number, string>();
  for (const [number, text] of numberedLines(await readText(tree, map))) {
    const [, wnid, id] = /^(\S+)\s+(\d+)(?:\s|$)/.exec(text) ?? [];
    if (wnid === undefined) throw wrong('FILE_CORRUPT', map, number, `${JSON.stringify(text.slice(0, 80))} is not WNID ID NAME`);
    if (wnidOf.has(Number(id))) throw wrong('FILE_CORRUPT', map, number, `id ${id} is ${wnidOf.get(Number(id))} already`);
    wnidOf.set(Number(id), wnid);
  }
  const labelOf = new Map(wnids.map((wnid, label) => [wnid, label]));
  const labels: number[] = [];
  for (const [number, text] of numberedLines(await readText(tree, list))) {
    if (!/^\d+$/.test(text)) throw wrong('FILE_CORRUPT', list, number, `${JSON.stringify(text.slice(0, 80))} is no id`);
    const wnid = wnidOf.get(Number(text));
    if (wnid === undefined) throw wrong('FILE_LABEL', list, number, `id ${text} is not in ${map}`);
    const label = labelOf.get(wnid);
    if (label === undefined) throw unknownClass(list, number, wnid);
    labels.push(label);
  }
  if (labels.length !== names.length) throw new FormatError({ code: 'FILE_SIZE', message: `${list}: ${labels.length} labels, but ${folder} has ${names.length} images.` });
  return Uint32Array.from(labels);
}

function wrong(code: string, list: string, line: number, what: string, help?: string): FormatError {
  return new FormatError({ code, message: `${list}, line ${line}: ${what}.`, ...(help !== undefined && { help }) });
}

function unknownClass(list: string, line: number, wnid: string): FormatError {
  return wrong('FILE_CLASS', list, line, `class ${JSON.stringify(wnid)} is not among those of the training part`);
}
