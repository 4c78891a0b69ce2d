import type { Checksum } from './checksum.js';

/** A file that can be got. */
export interface KnownFile {
  /** Where it goes in the folder of `--out`. */
  readonly name: string;
  readonly url: string;
  readonly bytes?: number;
  readonly checksum: Checksum;
}

/** A data set that can be got. */
export interface KnownData {
  readonly title: string;
  readonly files: readonly KnownFile[];
  /** How it is used, once it lies in a folder. */
  readonly next: (folder: string, command: string) => readonly string[];
}

const cifarPage = 'https://www.cs.toronto.edu/~kriz/cifar.html';
const fashionPage = 'https://github.com/zalandoresearch/fashion-mnist';
/** fast.ai publishes no checksums; these are those that torchvision checks. */
const imagenettePage = 'torchvision/datasets/imagenette.py';

function cifar(classes: 10 | 100, bytes: number, md5: string): KnownData {
  const name = `cifar-${classes}-binary.tar.gz`;
  return {
    title: `CIFAR-${classes}, binary version`,
    files: [{ name, url: `https://www.cs.toronto.edu/~kriz/${name}`, bytes, checksum: { algorithm: 'md5', value: md5, source: cifarPage } }],
    next: (folder, command) => [`${command} train --data cifar${classes}:${folder}/${name}`],
  };
}

function imagenette(size: 160 | 320, md5: string): KnownData {
  const stem = `imagenette2-${size}`;
  return {
    title: `Imagenette, second version, shorter side ${size} pixels`,
    files: [{ name: `${stem}.tgz`, url: `https://s3.amazonaws.com/fast-ai-imageclas/${stem}.tgz`, checksum: { algorithm: 'md5', value: md5, source: imagenettePage } }],
    next: (folder, command) => [`tar -xzf ${folder}/${stem}.tgz -C ${folder}`, `${command} data prepare folder:${folder}/${stem} ${folder}/${stem}-prepared`],
  };
}

function fashionFile(name: string, bytes: number, md5: string): KnownFile {
  const url = `https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/${name}`;
  return { name: `fashion-mnist/${name}`, url, bytes, checksum: { algorithm: 'md5', value: md5, source: fashionPage } };
}

/** The data sets that `alexnet data get` knows, at their official addresses. */
export const knownData: Readonly<Record<string, KnownData>> = {
  cifar10: cifar(10, 170_052_171, 'c32a1d4ab5d03f1284b67883e8d87530'),
  cifar100: cifar(100, 168_513_733, '03b5dce01913d631647c71ecec9e9cb8'),
  imagenette: imagenette(320, '3df6f0d01a2c9592104656642f5e78a3'),
  'imagenette-160': imagenette(160, 'e793b78cc4c9e9a4ccc0c1155377a412'),
  'fashion-mnist': {
    title: 'Fashion-MNIST',
    files: [
      fashionFile('train-images-idx3-ubyte.gz', 26_421_880, '8d4fb7e6c68d591d4c3dfef9ec88bf0d'),
      fashionFile('train-labels-idx1-ubyte.gz', 29_515, '25c81989df183df01b3e8a0aad5dffbe'),
      fashionFile('t10k-images-idx3-ubyte.gz', 4_422_102, 'bef4ecab320f06d8554ea6380940ec79'),
      fashionFile('t10k-labels-idx1-ubyte.gz', 5_148, 'bb300cfdad3c16e7a12a480ee83cd310'),
    ],
    next: (folder, command) => [`${command} train --data idx:${folder}/fashion-mnist`, '(the command also brings these images along: --data fashion-mnist)'],
  },
};
