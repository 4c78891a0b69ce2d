import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findRecipe, networks } from '@convkit/alexnet';
import { readSafetensors, writeSafetensors } from '@convkit/model-io';
import { Tensor } from '@convkit/tensor';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '@convkit/training';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { alexnet } from './support/cli.js';
import { testDevice, writeTinyIdx } from './support/tiny-data.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let cwd: string;

/** A copy of the good checkpoint with something changed, whole as far as its checksum goes. */
async function forge(name: string, change: (checkpoint: Checkpoint) => Checkpoint): Promise<void> {
  const good = await decodeCheckpoint(await readFile(join(cwd, 'good/checkpoints/step-00000001.safetensors')), 'good');
  await writeFile(join(cwd, name), await encodeCheckpoint(change(good)));
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-bad-'));
  await writeTinyIdx(join(cwd, 'tiny'), 8, 6);
  const trained = await alexnet(['train', '--data', 'idx:tiny', '--batch', '2', '--max-steps', '1', '--device', testDevice, '--out', 'good', '--json'], { cwd });
  expect(trained).toMatchObject({ exitCode: 0, stderr: '' });

  await writeFile(join(cwd, 'text.png'), 'this is no image');
  await writeFile(join(cwd, 'torn.png'), Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB', 'base64'));
  await writeFile(join(cwd, 'torn.tar.gz'), gzipSync(new Uint8Array(10_000)).subarray(0, 20));
  await cp(join(cwd, 'tiny'), join(cwd, 'cut'), { recursive: true });
  const images = await readFile(join(cwd, 'cut/train-images-idx3-ubyte'));
  await writeFile(join(cwd, 'cut/train-images-idx3-ubyte'), images.subarray(0, 1000));
  await cp(join(cwd, 'tiny'), join(cwd, 'four'), { recursive: true });
  const labels = await readFile(join(cwd, 'four/t10k-labels-idx1-ubyte'));
  labels[8] = 3;
  await writeFile(join(cwd, 'four/t10k-labels-idx1-ubyte'), labels);
  await mkdir(join(cwd, 'empty'));

  const file = await readFile(join(cwd, 'good/checkpoints/step-00000001.safetensors'));
  await writeFile(join(cwd, 'torn.safetensors'), file.subarray(0, file.length / 2));
  await writeFile(join(cwd, 'changed.safetensors'), Buffer.from(file).fill(1, file.length - 4));
  await writeFile(join(cwd, 'weights.safetensors'), writeSafetensors(readSafetensors(file).tensors));
  await mkdir(join(cwd, 'torn/checkpoints'), { recursive: true });
  await writeFile(join(cwd, 'torn/checkpoints/step-00000007.safetensors'), file.subarray(0, 12_000));
  await forge('other-model.safetensors', (checkpoint) => ({ ...checkpoint, about: { ...checkpoint.about, recipe: { ...findRecipe('alexnet-mini'), network: { ...findRecipe('alexnet-mini').network, order: ['conv9'] } } } }));
  await forge('mistaken.safetensors', (checkpoint) => ({ ...checkpoint, about: { ...checkpoint.about, recipe: { ...findRecipe('alexnet-mini'), network: findRecipe('caffe-alexnet').network } } }));
  await forge('nameless.safetensors', (checkpoint) => ({ ...checkpoint, about: {} }));
  await forge('smaller.safetensors', (checkpoint) => ({ ...checkpoint, parameters: new Map([...checkpoint.parameters].slice(1)) }));
  await forge('reshaped.safetensors', (checkpoint) => ({ ...checkpoint, parameters: new Map([...checkpoint.parameters, ['fc8.bias', Tensor.zeros([4])]]) }));
  await forge('larger.safetensors', (checkpoint) => ({ ...checkpoint, parameters: new Map([...checkpoint.parameters, ['fc9.bias', Tensor.zeros([1])]]) }));
});
afterAll(() => rm(cwd, { recursive: true }));

const onHost = ['--device', testDevice, '--json'];
const help = 'help: alexnet --help lists the commands, alexnet COMMAND --help the options of one.';

/** Arguments, exit code, first line of the error, and the line of help, if any. */
const rows: [string, string[], number, RegExp | string, (RegExp | string)?][] = [
  ['an unknown command', ['fly'], 2, "error: unknown command 'fly'", help],
  ['an unknown option', ['train', '--frobnicate', '9'], 2, "error: unknown option '--frobnicate'", help],
  ['an unknown model', ['train', '--model', 'vgg'], 2, `error: option '--model <name>' argument 'vgg' is invalid. Allowed choices are ${Object.keys(networks).join(', ')}.`, help],
  ['an unknown model to sum up', ['summary', '--model', 'vgg'], 2, `error: option '--model <name>' argument 'vgg' is invalid. Allowed choices are ${Object.keys(networks).join(', ')}.`, help],
  ['an unknown device', ['train', '--device', 'gpu'], 2, /^error: option '--device <name>' argument 'gpu' is invalid\. Allowed choices are auto, webgpu, webgl2, cpu, gpujs-webasm, gpujs-cpu, host\.$/, help],
  ['no epochs', ['train', '--epochs', '0'], 2, "error: option '--epochs <n>' argument '0' is invalid. It must be a whole number of at least 1.", help],
  ['half a step', ['train', '--max-steps', '1.5'], 2, "error: option '--max-steps <n>' argument '1.5' is invalid. It must be a whole number of at least 1.", help],
  ['a rate of zero', ['train', '--lr', '0'], 2, "error: option '--lr <rate>' argument '0' is invalid. It must be a number above 0.", help],
  ['a rate that is none', ['train', '--lr', ''], 2, "error: option '--lr <rate>' argument '' is invalid. It must be a number above 0.", help],
  ['a seed that is none', ['train', '--seed', '-1'], 2, "error: option '--seed <n>' argument '-1' is invalid. It must be a whole number of at least 0.", help],
  ['three views', ['eval', '--checkpoint', 'good', '--views', '3'], 2, "error: option '--views <n>' argument '3' is invalid. It must be 1, 9 or 10.", help],
  ['no checkpoint', ['eval'], 2, "error: required option '--checkpoint <run>' not specified", help],
  ['no image', ['predict', '--checkpoint', 'good'], 2, "error: missing required argument 'image'", help],
  ['data of an unknown kind', ['train', '--data', 'mnist'], 2, 'error: --data mnist is not known: take fashion-mnist, cifar10:PATH, cifar100:PATH, idx:PATH, folder:PATH, ilsvrc:PATH, wds:PATH or shards:PATH.', 'help: alexnet train --help shows an example of each.'],
  ['data without a path', ['train', '--data', 'idx:'], 2, 'error: --data idx: is not known: take fashion-mnist, cifar10:PATH, cifar100:PATH, idx:PATH, folder:PATH, ilsvrc:PATH, wds:PATH or shards:PATH.', /^help: /],
  ['a batch larger than the data', ['train', '--data', 'idx:tiny', '--batch', '9', ...onHost], 2, /^error: Sampler: batch is 9, but there are only 8 examples: no batch is ever full\.$/, /^help: /],
  ['a choice the resumed run has made', ['train', '--resume', 'good', '--lr', '0.1', ...onHost], 2, 'error: --lr cannot be given together with --resume: the run has decided it.', /^help: /],
  ['a missing folder of images', ['train', '--data', 'folder:nowhere', ...onHost], 1, /^error: .*\/nowhere: there is no such file or folder\.$/],
  ['a missing archive', ['train', '--data', 'cifar10:nowhere.tar.gz', ...onHost], 1, /^error: .*\/nowhere\.tar\.gz: there is no such file or folder\.$/],
  ['a torn archive', ['train', '--data', 'cifar10:torn.tar.gz', ...onHost], 1, /^error: .*\/torn\.tar\.gz: the compressed data is broken or torn/, /^help: /],
  ['a torn IDX file', ['train', '--data', 'idx:cut', ...onHost], 1, /^error: .*\/cut\/train-images-idx3-ubyte: ends at byte 1000, /, /^help: /],
  ['an empty folder of data', ['train', '--data', 'idx:empty', ...onHost], 1, /^error: .*\/empty: no file train-images-idx3-ubyte or \.gz in it\.$/],
  ['an empty folder of images', ['train', '--data', 'folder:empty', ...onHost], 1, /^error: .*\/empty: no class folders in it\.$/, /^help: /],
  ['a device that is not there', ['train', '--data', 'idx:tiny', '--batch', '2', '--device', 'webgl2', '--json'], 1, /^error: .*webgl2/, /^help: /],
  ['a missing run to resume', ['train', '--resume', 'nowhere', ...onHost], 1, 'error: nowhere: there is no such run folder or checkpoint.', /^help: /],
  ['a run without a checkpoint', ['eval', '--checkpoint', 'empty', ...onHost], 1, 'error: empty: holds no checkpoint.', /^help: /],
  ['a run whose checkpoints are all torn', ['train', '--resume', 'torn', ...onHost], 1, /^error: torn: holds no checkpoint that is whole; of 1 the newest: step-00000007\.safetensors: "conv\d\.weight" should end at byte \d+, but the file ends, at byte 12000\.$/, /^help: /],
  ['a torn checkpoint', ['eval', '--checkpoint', 'torn.safetensors', ...onHost], 1, /^error: torn\.safetensors: .* should end at byte \d+, but the file ends, at byte \d+\.$/],
  ['a changed checkpoint', ['eval', '--checkpoint', 'changed.safetensors', ...onHost], 1, 'error: changed.safetensors: the checksum does not fit: bytes were lost or changed.', 'help: use an earlier checkpoint.'],
  ['a text as checkpoint', ['eval', '--checkpoint', 'text.png', ...onHost], 1, /^error: text\.png: the header would be \d+ bytes long, at byte 0/, /^help: /],
  ['weights alone as checkpoint', ['predict', '--checkpoint', 'weights.safetensors', 'text.png', ...onHost], 1, 'error: weights.safetensors: holds tensors, but no training state.', /^help: /],
  ['a checkpoint of a network that cannot be built', ['eval', '--checkpoint', 'other-model.safetensors', ...onHost], 1, /^error: other-model\.safetensors: describes a network that cannot be built: alexnet-mini: the order names a layer "conv9", which is not described\.$/],
  ['a checkpoint of another model', ['eval', '--checkpoint', 'mistaken.safetensors', ...onHost], 1, /^error: mistaken\.safetensors: says it is a checkpoint of caffe-alexnet, but its images of 26x26x1 do not fit that network\.$/, /^help: /],
  ['a checkpoint of the same model for other classes', ['eval', '--checkpoint', 'reshaped.safetensors', ...onHost], 1, 'error: reshaped.safetensors: says it is a checkpoint of alexnet-mini, but its "fc8.bias" is [4] where [3] belongs.', /^help: /],
  ['a checkpoint with a parameter less', ['eval', '--checkpoint', 'smaller.safetensors', ...onHost], 1, 'error: smaller.safetensors: says it is a checkpoint of alexnet-mini, but has no "conv1.bias".', /^help: /],
  ['a checkpoint with a parameter more', ['eval', '--checkpoint', 'larger.safetensors', ...onHost], 1, /^error: larger\.safetensors: says it is a checkpoint of alexnet-mini, but has 17 parameters where 16 belong\.$/, /^help: /],
  ['a checkpoint of another program', ['eval', '--checkpoint', 'nameless.safetensors', ...onHost], 1, /^error: nameless\.safetensors: says nothing this command can use about its run: recipe: /, /^help: /],
  ['a checkpoint outside a run folder to go on with', ['train', '--resume', 'larger.safetensors', ...onHost], 1, /larger\.safetensors/, /^help: /],
  ['data with other classes', ['eval', '--checkpoint', 'good', '--data', 'idx:four', ...onHost], 1, /^error: idx:.*\/four: has the classes 0, 1, 2, 3, but good\/.* was trained to tell 0, 1, 2\.$/, /^help: /],
  ['a missing image', ['predict', '--checkpoint', 'good', 'nowhere.png', ...onHost], 1, 'error: nowhere.png: there is no such image.'],
  ['an image that is none', ['predict', '--checkpoint', 'good', 'text.png', ...onHost], 1, /^error: text\.png: no good image: /],
  ['a torn image', ['predict', '--checkpoint', 'good', 'torn.png', ...onHost], 1, /^error: torn\.png: no good image: /],
  ['a folder for an image', ['predict', '--checkpoint', 'good', 'tiny', ...onHost], 1, /^error: tiny: cannot be read: EISDIR/],
];

describe('bad input is told in one line, with one of help at most, and changes nothing', () => {
  it.concurrent.each(rows)('%s', async (_, args, exitCode, error, helpLine) => {
    const before = (await readdir(cwd, { recursive: true })).sort();
    const finished = await alexnet(args, { cwd });
    expect(finished.stdout).toBe('');
    const [first, second, ...rest] = finished.stderr.split('\n');
    if (typeof error === 'string') expect(first).toBe(error);
    else expect(first).toMatch(error);
    if (helpLine === undefined) expect(second).toBe('');
    else if (typeof helpLine === 'string') expect(second).toBe(helpLine);
    else expect(second).toMatch(helpLine);
    expect(rest).toEqual(helpLine === undefined ? [] : ['']);
    expect(finished.exitCode).toBe(exitCode);
    expect((await readdir(cwd, { recursive: true })).sort()).toEqual(before);
  });

  it('shows the stack only with --debug', async () => {
    const finished = await alexnet(['eval', '--checkpoint', 'nowhere', '--debug'], { cwd });
    expect(finished.exitCode).toBe(1);
    expect(finished.stderr).toMatch(/^error: nowhere: there is no such run folder or checkpoint\.\nhelp: .*\nFileError: [\s\S]*\n {4}at /);
  });

  it('shows what there is when nothing is asked', async () => {
    const finished = await alexnet([], { cwd });
    expect(finished.exitCode).toBe(2);
    expect(finished.stderr).toMatch(/^Usage: alexnet \[options\] \[command\]/);
    const helped = await alexnet(['train', '--help'], { cwd });
    expect(helped).toMatchObject({ exitCode: 0, stderr: '' });
    expect(helped.stdout).toMatch(/--data <data>[\s\S]*cifar10:PATH[\s\S]*Examples:[\s\S]*alexnet train --resume/);
  });
});
