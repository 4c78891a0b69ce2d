import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';

import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';

import { loadDataset, openIlsvrc, type Dataset } from '@convkit/datasets';
import { tarEntry, tarOf } from './support/tar.js';

const root = await mkdtemp(`${tmpdir()}/convkit-ilsvrc-`);
afterAll(() => rm(root, { recursive: true }));

const failure = (work: Promise<unknown>) => work.then(String, (error: unknown) => (error as Error).message.replaceAll(root, 'ROOT'));
const jpeg = await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } }).jpeg().toBuffer();
const WNIDS = ['n01440764', 'n01443537', 'n02119789'];
const VAL = Array.from({ length: 4 }, (_, i) => `ILSVRC2012_val_0000000${i + 1}.JPEG`);
/** Labels of the images in `val`, in order. */
const LABELS = [2, 0, 1, 0];

let folders = 0;
/** Training folders, a flat `val`, and what else is told. */
async function layout(files: Record<string, string | Uint8Array> = {}, base = '', val: readonly string[] = VAL): Promise<string> {
  return folderOf({ ...Object.fromEntries([...WNIDS.map((wnid) => `train/${wnid}/${wnid}_1.JPEG`), ...val.map((name) => `val/${name}`)].map((name) => [base + name, jpeg])), ...files });
}

/** A folder of these files, by default a new one. */
async function folderOf(files: Record<string, string | Uint8Array>, path = `${root}/${++folders}`): Promise<string> {
  for (const [name, bytes] of Object.entries(files)) {
    const full = `${path}/${name}`;
    await mkdir(full.slice(0, full.lastIndexOf('/')), { recursive: true });
    await writeFile(full, bytes);
  }
  return path;
}

const lines = (line: (name: string, label: number, wnid: string) => string) => VAL.map((name, i) => `${line(name, LABELS[i], WNIDS[LABELS[i]])}\n`);
const caffe = lines((name, label) => `${name} ${label}`);
const csv = ['ImageId,PredictionString\n', ...lines((name, _, wnid) => `${name.slice(0, -5)},${wnid} 85 1 499 272 ${wnid} 1 2 3 4 `).reverse()];
const pairs = lines((name, _, wnid) => `val/${name}\t${wnid}`);
// As in the development kit, ids are not the order of the WNIDs.
const ids = [30, 10, 20];
const truth = LABELS.map((label) => `${ids[label]}\n`);
const map = ['n02119789 20 kit_fox\n', 'n01440764 30 tench\n', 'n01443537 10 goldfish\n'];
const GROUND_TRUTH = 'ILSVRC2012_validation_ground_truth.txt';

describe('openIlsvrc', () => {
  it.each([
    ['val.txt of Caffe', { 'val.txt': caffe.join('') }, ''],
    ['the same with CRLF and another order', { 'val/val.txt': [...caffe].reverse().join('').replaceAll('\n', '\r\n') }, ''],
    ["Kaggle's table and folders", { 'LOC_val_solution.csv': csv.join('') }, 'ILSVRC/Data/CLS-LOC/'],
    ['NAME WNID', { 'devkit/data/val_labels.txt': pairs.join('') }, ''],
    ['the development kit', { [`devkit/data/${GROUND_TRUTH}`]: truth.join(''), 'devkit/data/map_clsloc.txt': map.join('') }, ''],
    ['the development kit as it unpacks, its map elsewhere', { [`ILSVRC2012_devkit_t12/data/${GROUND_TRUTH}`]: truth.join(''), 'map_clsloc.txt': map.join('') }, ''],
  ])('reads labels from %s', async (_, files, base) => {
    const { train, test } = await loadDataset(`ilsvrc:${await layout(files, base)}`);
    expect([train.length, test.length, train.split, test.split, train.classes, test.classes]).toEqual([3, 4, 'train', 'test', WNIDS, WNIDS]);
    expect(await Promise.all(VAL.map(async (_, i) => (await test.item(i)).label))).toEqual(LABELS);
    expect([test.nameOf(1).slice(-9), (await train.item(2)).label]).toEqual(['0002.JPEG', 2]);
  });

  it('reads the archives that are handed out, packed or unpacked, as their folders', async () => {
    const pack = (files: Record<string, string | Uint8Array>) => tarOf(...Object.entries(files).map(([name, bytes]) => tarEntry(name, typeof bytes === 'string' ? bytes : new Uint8Array(bytes))));
    const archives = {
      'ILSVRC2012_img_train.tar': pack(Object.fromEntries([...WNIDS].reverse().map((wnid) => [`${wnid}.tar`, pack({ [`${wnid}_1.JPEG`]: jpeg })]))),
      'ILSVRC2012_img_val.tar': pack(Object.fromEntries([...VAL].reverse().map((name) => [name, jpeg]))),
      'ILSVRC2012_devkit_t12.tar.gz': gzipSync(pack({ 'ILSVRC2012_devkit_t12/readme.txt': 'read it', [`ILSVRC2012_devkit_t12/data/${GROUND_TRUTH}`]: truth.join('') })),
    };
    const kit = { [`ILSVRC2012_devkit_t12/data/${GROUND_TRUTH}`]: truth.join(''), 'map_clsloc.txt': map.join('') };
    const all = async (path: string) => {
      const { train, test } = await openIlsvrc(path);
      const examples = async (data: Dataset) => Promise.all(Array.from({ length: data.length }, async (_, i) => [data.nameOf(i).slice(path.length), (await data.item(i)).label, (await data.item(i)).image.width]));
      return [train.classes, await examples(train), await examples(test), await test.hash()];
    };
    const unpacked = await layout(kit);
    const expected = await all(unpacked);
    const packed = await folderOf({ ...archives, 'map_clsloc.txt': map.join('') });
    expect(await all(packed)).toEqual(expected);
    // Unpacked or not in any mixture, and with other lists.
    await folderOf({ 'val.txt': caffe.join('') }, packed);
    for (const folder of ['val', 'ILSVRC2012_devkit_t12', 'train']) {
      await cp(`${unpacked}/${folder}`, `${packed}/${folder}`, { recursive: true });
      expect(await all(packed)).toEqual(expected);
    }
    const alone = await folderOf({ 'ILSVRC2012_img_train.tar': archives['ILSVRC2012_img_train.tar'] });
    expect(await failure(openIlsvrc(alone))).toMatch(/^ROOT\/\d+\/val: there is no such file or folder\./);
    const torn = await folderOf({ ...archives, 'ILSVRC2012_img_train.tar': pack({ [`${WNIDS[0]}.tar`]: 'torn' }) });
    expect(await failure(openIlsvrc(torn))).toMatch(/^ROOT\/\d+\/ILSVRC2012_img_train\.tar\/n01440764\.tar: ends at byte 4 without/);
  });

  it('reads a val that has a folder for each class, of not all of them', async () => {
    const { test } = await openIlsvrc(await layout({ 'val/n02119789/x.JPEG': jpeg, 'val/n01440764/y.JPEG': jpeg }, '', []));
    expect([test.length, (await test.item(0)).label, (await test.item(1)).label]).toEqual([2, 0, 2]);
    expect(await failure(openIlsvrc(await layout({ 'val/n00000000/x.JPEG': jpeg }, '', [])))).toContain('val/n00000000: a class that the training part does not have.');
  });

  it('has the same hash however the labels are told', async () => {
    const hashes = await Promise.all([{ 'val.txt': caffe.join('') }, { 'val_labels.txt': pairs.join('') }].map(async (files) => (await openIlsvrc(await layout(files))).test.hash()));
    expect(hashes[0]).toBe(hashes[1]);
  });

  it('takes names of classes from its lists', async () => {
    const path = await layout({ 'val.txt': caffe.join(''), 'LOC_synset_mapping.txt': 'n01440764 tench, Tinca tinca\nn01443537 fox\nn02119789 fox\nn99999999 other\n' });
    expect((await openIlsvrc(path)).test.classes).toEqual(['tench, Tinca tinca', 'fox (n01443537)', 'fox (n02119789)']);
    const kit = await layout({ 'val.txt': caffe.join(''), 'devkit/data/words.txt': 'n01440764\ttench' });
    expect((await openIlsvrc(kit)).test.classes).toEqual(['tench', 'n01443537', 'n02119789']);
  });

  it('names the file and the line of what is wrong', async () => {
    const open = async (files: Record<string, string>, val = VAL) => failure(openIlsvrc(await layout(files, '', val))).then((message) => message.replaceAll(/ROOT\/\d+/g, 'ROOT'));
    expect(await open({})).toMatchInlineSnapshot(`
      "ROOT/val: no file with the labels of its 4 images.
        looked for val.txt, LOC_val_solution.csv, val_labels.txt, ILSVRC2012_validation_ground_truth.txt
        in         ROOT, ROOT/devkit/data, ROOT/ILSVRC2012_devkit_t12/data, ROOT/val
        help: put one of these files there, or move the images into ROOT/val/WNID.
        code: FILE_MISSING"
    `);
    expect(await open({ 'val.txt': [...caffe, caffe[0]].join('') })).toMatchInlineSnapshot(`
      "ROOT/val.txt, line 5: "ILSVRC2012_val_00000001.JPEG" has a label already, in line 1.
        code: FILE_CORRUPT"
    `);
    expect(await open({ 'val.txt': [...caffe, 'more.JPEG 0'].join('') })).toMatchInlineSnapshot(`
      "ROOT/val.txt, line 5: ROOT/val has no image "more.JPEG".
        code: FILE_MISSING"
    `);
    expect(await open({ 'val.txt': caffe.slice(2).join('') })).toMatchInlineSnapshot(`
      "ROOT/val.txt: no label for ROOT/val/ILSVRC2012_val_00000001.JPEG and 1 more.
        code: FILE_LABEL"
    `);
    expect(await open({ 'val.txt': caffe.join('').replace(' 2', ' 3') })).toMatchInlineSnapshot(`
      "ROOT/val.txt, line 1: class 3, but there are 3 (0 to 2).
        help: the index counts all WNIDs of the list in order: use the list that belongs to these training classes.
        code: FILE_LABEL"
    `);
    expect(await open({ 'val.txt': caffe.join('').replace(' 2', ' two') })).toMatchInlineSnapshot(`
      "ROOT/val.txt, line 1: "ILSVRC2012_val_00000001.JPEG two" is not NAME INDEX.
        code: FILE_CORRUPT"
    `);
    expect(await open({ 'val_labels.txt': pairs.join('').replace('n02119789', 'n00000000') })).toMatchInlineSnapshot(`
      "ROOT/val_labels.txt, line 1: class "n00000000" is not among those of the training part.
        code: FILE_CLASS"
    `);
    expect(await open({ 'LOC_val_solution.csv': csv.join('').replace('n01443537 85', 'n0') })).toMatchInlineSnapshot(`
      "ROOT/LOC_val_solution.csv, line 3: class "n0" is not among those of the training part.
        code: FILE_CLASS"
    `);
    expect(await open({ 'LOC_val_solution.csv': csv.join('').replace(',', ' ') })).toMatchInlineSnapshot(`
      "ROOT/LOC_val_solution.csv, line 1: "ImageId PredictionString" is not NAME,WNID.
        code: FILE_CORRUPT"
    `);
    expect(await open({ [GROUND_TRUTH]: truth.join('') })).toMatchInlineSnapshot(`
      "ROOT/ILSVRC2012_validation_ground_truth.txt: it has ILSVRC ids, and no map_clsloc.txt says which WNIDs they are; the ids are not the order of the WNIDs.
        help: put map_clsloc.txt of a later development kit (lines WNID ID NAME) beside it; meta.mat is not read.
        code: FILE_MISSING"
    `);
    const kit = (labels: string, classes = map.join('')) => open({ [GROUND_TRUTH]: labels, 'map_clsloc.txt': classes });
    expect(await kit(truth.slice(1).join(''))).toMatchInlineSnapshot(`
      "ROOT/ILSVRC2012_validation_ground_truth.txt: 3 labels, but ROOT/val has 4 images.
        code: FILE_SIZE"
    `);
    expect(await kit([...truth.slice(1), '40'].join(''))).toMatchInlineSnapshot(`
      "ROOT/ILSVRC2012_validation_ground_truth.txt, line 4: id 40 is not in ROOT/map_clsloc.txt.
        code: FILE_LABEL"
    `);
    expect(await kit([...truth.slice(1), 'n01440764'].join(''))).toMatchInlineSnapshot(`
      "ROOT/ILSVRC2012_validation_ground_truth.txt, line 4: "n01440764" is no id.
        code: FILE_CORRUPT"
    `);
    expect(await kit(truth.join(''), 'n01440764 20\nn01443537 20\n')).toMatchInlineSnapshot(`
      "ROOT/map_clsloc.txt, line 2: id 20 is n01440764 already.
        code: FILE_CORRUPT"
    `);
    expect(await kit(truth.join(''), 'tench n01440764 20\n')).toMatchInlineSnapshot(`
      "ROOT/map_clsloc.txt, line 1: "tench n01440764 20" is not WNID ID NAME.
        code: FILE_CORRUPT"
    `);
    expect(await kit(truth.join(''), map.join('').replace('n02119789', 'n02119790'))).toMatchInlineSnapshot(`
      "ROOT/ILSVRC2012_validation_ground_truth.txt, line 1: class "n02119790" is not among those of the training part.
        code: FILE_CLASS"
    `);
    expect(await open({ 'val.txt': caffe.join('') }, [])).toContain('ROOT/val: there is no such file or folder.');
    expect(await failure(openIlsvrc(`${root}/none`))).toContain('ROOT/none/train: there is no such file or folder.');
  });

  it('tells images of one stem apart', async () => {
    const two = ['a.JPEG', 'a.png', 'b.JPEG'];
    expect((await openIlsvrc(await layout({ 'val.txt': 'a.JPEG 0\na.png 1\nb 2\n' }, '', two))).test.length).toBe(3);
    expect(await failure(openIlsvrc(await layout({ 'val.txt': 'a 0\na.png 1\nb 2\n' }, '', two)))).toContain('val.txt, line 1:');
  });
});
