/** One of the package's files: gzip over IDX (big-endian header, then one byte a pixel or label). */
export interface DataFile {
  /** Name of the file, without a folder. */
  readonly name: string;
  /** `file:` in Node, an asset's address in a bundled page. */
  readonly url: URL;
  /** Size of the compressed file. */
  readonly bytes: number;
  /** SHA-256 of the compressed file, in hexadecimal. */
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
  /** What the data set is called. */
  name: 'fashion-mnist',
  /** Class names in label order, 0 to 9. */
  classes: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
  /** Columns of every image. */
  width: 28,
  /** Rows of every image. */
  height: 28,
  /** Numbers per pixel: 1, grey. */
  channels: 1,
  /** Mean of all training pixels, of 0 to 1. */
  mean: 0.28604,
  /** Standard deviation of all training pixels, of 0 to 1. */
  deviation: 0.35302,
  /** Training part. */
  train: {
    /** How many images it has. */
    length: 60_000,
    /** The file of its images, in the order of the labels. */
    images: trainImages,
    /** The file of its labels, from 0 to 9. */
    labels: trainLabels,
  },
  /** Test part. */
  test: {
    /** How many images it has. */
    length: 10_000,
    /** The file of its images, in the order of the labels. */
    images: testImages,
    /** The file of its labels, from 0 to 9. */
    labels: testLabels,
  },
} as const;
