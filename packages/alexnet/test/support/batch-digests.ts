import { findRecipe, prepareData, prepareTrainingDataset, trainingRows, type Preparation } from '@convkit/alexnet';
import { batchesOf, cifar10Dataset, idxDataset, webDataset, type Batches, type Dataset, type RowSource, type Split } from '@convkit/datasets';
import { RandomStream, sha256 } from '@convkit/tensor';
import { decoderCases } from '../../../datasets/test/support/decoder-cases.js';
import { tarEntry, tarOf } from '../../../datasets/test/support/tar.js';

/** A source of each kind that browsers and Node read alike, and the recipe that it is augmented by. */
const kinds = {
  idx: { recipe: 'alexnet-mini', open: openIdx },
  cifar10: { recipe: 'cifar-11pct', open: openCifar },
  shards: { recipe: 'alexnet-mini', open: openShards },
} as const;

export type Kind = keyof typeof kinds;

const BATCH = 8;
const SEED = 7;

/** SHA-256 over the little-endian floats of three batches, the last of another epoch: what every decoder, engine and number of workers must come to. */
export const expectedDigests: Readonly<Record<Kind, string>> = {
  idx: 'a9cf8e04d634134678c20fc29f351a7c4f0a0150c06b0282f11ddf8d9beeed0d',
  cifar10: 'f44cd296fce831ce9ea5d54527f310432b863a508128f1a0c9938d6fa12c461f',
  shards: '1e2f3cdd00a7a36abf622d6f3f80490751d6ab0cacf0a42d8eb8ed842e4da0c5',
};

/** What a worker makes rows of. */
export interface RowsJob {
  readonly kind: Kind;
  readonly preparation: Preparation;
}

/** The rows of a kind, with what a worker makes them of. */
export async function openRows(kind: Kind): Promise<{ readonly source: RowSource; readonly job: RowsJob }> {
  const { recipe, open } = kinds[kind];
  const { data, preparation } = await prepareData(findRecipe(recipe), { train: await open('train'), test: await open('test') });
  return { source: trainingRows(data.train, preparation, BATCH, SEED), job: { kind, preparation } };
}

/** The same in a worker. */
export async function openRowsOf({ kind, preparation }: RowsJob): Promise<RowSource> {
  return trainingRows(prepareTrainingDataset(await kinds[kind].open('train'), preparation.recipe, preparation.format), preparation, BATCH, SEED);
}

/** Of the batches that a loader or `batchesOf` makes. */
export async function digestOf(batches: Batches): Promise<string> {
  const digests: string[] = [];
  for (const [epoch, index] of [[0, 0], [0, 1], [3, 1]]) {
    const { x, targets } = await batches.batch(epoch, index);
    for (const { data } of [x, targets]) digests.push(await sha256(new Uint8Array(Float32Array.from(data).buffer)));
  }
  return sha256(new TextEncoder().encode(digests.join()));
}

export const plainDigest = async (kind: Kind) => digestOf(batchesOf((await openRows(kind)).source));

function bytes(length: number, what: string): Uint8Array {
  const draws = new RandomStream(1, what).at();
  return Uint8Array.from({ length }, () => draws.integer(256));
}

async function openIdx(split: Split): Promise<Dataset> {
  const images = { name: 'images', bytes: Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 28, 0, 0, 0, 28, ...bytes(20 * 28 * 28, split)) };
  const labels = { name: 'labels', bytes: Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 20, ...Array.from({ length: 20 }, (_, i) => i % 3)) };
  return idxDataset({ name: 'idx', split, images, labels });
}

async function openCifar(split: Split): Promise<Dataset> {
  const file = { name: 'batch.bin', bytes: bytes(20 * 3073, split).map((value, i) => (i % 3073 === 0 ? value % 10 : value)) };
  return cifar10Dataset({ split, files: [file] });
}

/** JPEG, PNG, WebP and GIF of which browsers make the same as sharp, in a tar that is compressed. */
async function openShards(split: Split): Promise<Dataset> {
  const pictures = decoderCases.filter(({ kind }) => !['JPEG, CMYK', 'PNG, transparent', 'AVIF'].includes(kind));
  const entries = Array.from({ length: 20 }, (_, i) => {
    const { kind, file } = pictures[i % pictures.length];
    return [tarEntry(`${i}.${kind.slice(0, 4).trim().replace(',', '').toLowerCase()}`, file), tarEntry(`${i}.cls`, String(i % 4))];
  });
  const zipped = new Response(new Blob([tarOf(...entries.flat()).slice()]).stream().pipeThrough(new CompressionStream('gzip')));
  return webDataset({ name: 'shards', split, shards: [{ name: `${split}.tar.gz`, bytes: new Uint8Array(await zipped.arrayBuffer()) }] });
}
