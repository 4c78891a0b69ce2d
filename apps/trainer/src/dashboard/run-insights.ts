import { prepareImage, viewsOf, type Preparation } from '@convkit/alexnet';
import { toBatch } from '@convkit/data-aug';
import type { DatasetSplits, Example } from '@convkit/datasets';
import { openCpuDevice } from '@convkit/kernels-cpu';
import { releaseAll, Sequential, uploadParameters } from '@convkit/layers';
import { FormatError, type Device, type Tensor } from '@convkit/tensor';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openData } from '../data.js';
import { FileError, messageOf } from '../file-error.js';
import { bestGuesses } from '../guesses.js';
import { preparedPicture } from '../inspect/prepared-picture.js';
import { firstKernels, kernelPicture } from '../kernel-picture.js';
import { loadCheckpoint } from '../load-checkpoint.js';
import { parseDescription, type RunDescription } from '../run-description.js';
import { checkpointFolder } from '../run-folder.js';
import type { Activations, Insight, Kernels, LayerMaps, Question } from './insights.js';
import { mapsOf, tileMaps } from './tile-maps.js';

/** Pixels of the picture for a number of a kernel. */
const kernelScale = 4;
/** Classes that are told, likeliest first. */
const guesses = 5;

/** What is kept of a checkpoint: enough to run its network up. */
interface Loaded {
  /** Of all checkpoints of the run when it was loaded. */
  readonly names: string;
  readonly run: string;
  readonly step: number;
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly network: Sequential;
  readonly preparation: Preparation;
  readonly description: RunDescription;
  readonly file: string;
}

/** Finds out about runs from their newest checkpoints and their data, on one thread. It keeps the checkpoint and the data that it was last asked about. */
export class RunInsights {
  #loaded: Loaded | undefined;
  #data: { readonly description: string; readonly splits: DatasetSplits } | undefined;

  /** @throws ConvkitError that says what is missing: a checkpoint, an image, the data. */
  answer(question: Question): Promise<Insight> {
    switch (question.about) {
      case 'kernels':
        return this.#kernels(question.run);
      case 'image':
        return this.#image(question.run, question.image);
      case 'activations':
        return this.#activations(question.run, question.image);
    }
  }

  async #kernels(run: string): Promise<Kernels> {
    const { step, parameters, description, file } = await this.#newest(run);
    return { step, png: await kernelPicture(firstKernels(parameters, description.recipe.network, file), { each: false, scale: kernelScale }) };
  }

  async #image(run: string, index: number): Promise<Uint8Array> {
    const description = await describedRun(run);
    const { image } = await this.#example(description, index);
    return preparedPicture(image, description);
  }

  async #activations(run: string, index: number): Promise<Activations> {
    const { step, parameters, network, preparation, description } = await this.#newest(run);
    const { image, label } = await this.#example(description, index);
    const { recipe, format, statistics } = preparation;
    const x = toBatch(viewsOf(recipe, format, statistics, prepareImage(recipe, format, image), 1));
    const device = await openCpuDevice({ threads: 1 });
    try {
      const { layers, logits } = await runUp(device, network, parameters, x);
      return { step, image: index, label, guesses: bestGuesses(softmax(logits), description.classes, guesses), layers };
    } finally {
      await device.destroy();
    }
  }

  async #newest(run: string): Promise<Loaded> {
    const names = (await readdir(join(run, checkpointFolder)).catch(() => [])).sort().join('\n');
    if (names === '') throw new FileError({ code: 'CHECKPOINT_MISSING', message: 'This run has no checkpoint yet.' });
    if (this.#loaded?.run === run && this.#loaded.names === names) return this.#loaded;
    this.#loaded = undefined;
    const { checkpoint, parameters, network, preparation, description, file } = await loadCheckpoint(run);
    this.#loaded = { names, run, step: checkpoint.progress.step, parameters, network, preparation, description, file };
    return this.#loaded;
  }

  async #example({ data }: RunDescription, index: number): Promise<Example> {
    if (this.#data?.description !== data) this.#data = { description: data, splits: await openData(data, () => undefined) };
    const { test } = this.#data.splits;
    if (index < test.length) return test.item(index);
    throw new FileError({ code: 'FILE_MISSING', message: `There is no test image ${index}: the data have ${test.length}, counted from 0.` });
  }
}

/** What `run.json` says: it is there before the first checkpoint. */
async function describedRun(run: string): Promise<RunDescription> {
  const path = join(run, 'run.json');
  try {
    return parseDescription(JSON.parse(await readFile(path, 'utf8')), path);
  } catch (cause) {
    throw cause instanceof FormatError ? cause : new FileError({ code: 'FILE_MISSING', message: `${path}: cannot be read: ${messageOf(cause)}`, cause });
  }
}

/** Runs an input up layer by layer, as an evaluation does, and reads back what each makes of it. */
async function runUp(device: Device, { layers }: Sequential, host: ReadonlyMap<string, Tensor>, { shape, data }: Tensor): Promise<{ readonly layers: readonly LayerMaps[]; readonly logits: Float32Array }> {
  const parameters = await uploadParameters(device, host);
  let x = await device.upload(shape, data, 'x');
  let logits: Float32Array = data;
  const made: LayerMaps[] = [];
  for (const layer of layers) {
    const y = await new Sequential([layer]).predict(device, x, parameters);
    x.release();
    x = y;
    const maps = await device.download(y);
    made.push({ name: layer.name, kind: layer.kind, shape: mapsOf(maps.shape), png: await tileMaps(maps) });
    logits = maps.data;
  }
  x.release();
  releaseAll(parameters.values());
  return { layers: made, logits };
}

/** p_k = exp(z_k) / Σ_j exp(z_j), the greatest z taken away before. */
function softmax(logits: Float32Array): Float64Array {
  const top = logits.reduce((greatest, z) => Math.max(greatest, z), -Infinity);
  const powers = Float64Array.from(logits, (z) => Math.exp(z - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
