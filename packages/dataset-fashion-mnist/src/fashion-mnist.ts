/** One of the package's files: gzip over IDX (big-endian header, then one byte a pixel or label). */
export interface DataFile {
  readonly name: string;
  /** `file:` in Node, an asset's address in a bundled page. */
  readonly url: URL;
  /** Size of the compressed file. */
  readonly bytes: number;
  readonly sha256: string;
}

const trainImages: DataFile = {
  name: 'train-images-idx3-ubyte.gz',
  url: new URL('../data/train-images-idx3-ubyte.gz', import.meta.url),
  bytes: 26_421_856,
  sha256: 'b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7',
};

const trainLabels: DataFile = {
  name: 'train-labels-idx1-ubyte.gz',
  url: new URL('../data/train-labels-idx1-ubyte.gz', import.meta.url),
  bytes: 29_491,
  sha256: '0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056',
};

const testImages: DataFile = {
  name: 't10k-images-idx3-ubyte.gz',
  url: new URL('../data/t10k-images-idx3-ubyte.gz', import.meta.url),
  bytes: 4_422_079,
  sha256: 'cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa',
};

const testLabels: DataFile = {
  name: 't10k-labels-idx1-ubyte.gz',
  url: new URL('../data/t10k-labels-idx1-ubyte.gz', import.meta.url),
  bytes: 5_125,
  sha256: '8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05',
};

/** What is known of the data set without reading it. */
export const fashionMnist = {
  name: 'fashion-mnist',
  /** Class names in label order, 0 to 9. */
  classes: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
  width: 28,
  height: 28,
  channels: 1,
  /** Mean of all training pixels, of 0 to 1. */
  mean: 0.28604,
  /** Standard deviation of all training pixels, of 0 to 1. */
  deviation: 0.35302,
  train: { length: 60_000, images: trainImages, labels: trainLabels },
  test: { length: 10_000, images: testImages, labels: testLabels },
} as const;
