import { toBatch, type AnyImage } from '@convkit/data-aug';
import { logSumExpRows, softmax } from '@convkit/kernels-gpu';
import type { Sequential } from '@convkit/layers';
import { Tensor, type Device, type DeviceTensor } from '@convkit/tensor';
import { prepareImage, type ImageFormat } from './image-format.js';
import { viewsOf, type PixelStatistics } from './network-inputs.js';
import type { Recipe } from './recipe.js';

/** A trained network and what its inputs are made with. All of it is borrowed. */
export interface PredictOptions {
  /** Where it runs. */
  readonly device: Device;
  /** Made of the recipe's design for this format, see {@link buildNetwork}. */
  readonly network: Sequential;
  /** By full name, such as `conv1.weight`, on the device. */
  readonly parameters: ReadonlyMap<string, DeviceTensor>;
  /** The one it was trained by: it says how images are prepared. */
  readonly recipe: Recipe;
  /** The one it was trained on: sizes and channels of prepared images. */
  readonly format: ImageFormat;
  /** Of its training images: what is subtracted from the pixels, and what they are divided by. */
  readonly statistics: PixelStatistics;
  /** 1 looks at the middle of an image; 9 and 10 look at so many views and average the probabilities. Default: those of the recipe. */
  readonly views?: 1 | 9 | 10;
}

/**
 * Probabilities of the classes for images of any size: the softmax of the network's answer, averaged over the views of an image.
 * All views run as one batch, so hand over as many images at a time as the device has room for.
 *
 * @returns `[N, classes]`; each row sums to 1.
 * @throws OptionError, ShapeError when options and images do not fit together, or what a launch throws.
 *
 * @example
 * ```ts
 * import { buildNetwork, findNetwork, inputShape, predict } from '@convkit/alexnet';
 * import { uploadParameters } from '@convkit/layers';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * const { design, recipe, defaults: format } = findNetwork('alexnet-mini');
 * const network = buildNetwork(design, format);
 * const parameters = await uploadParameters(device, network.initialise([1, ...inputShape(recipe, format)], 7));
 * const image = { width: 28, height: 28, channels: 1, data: new Uint8Array(784).fill(200) };
 * const statistics = { mean: [73], deviation: [90] };
 * console.log((await predict({ device, network, parameters, recipe, format, statistics }, [image])).shape); // [ 1, 10 ]
 * ```
 */
export async function predict(options: PredictOptions, images: readonly AnyImage[]): Promise<Tensor> {
  const { device, network, parameters, recipe, format, statistics, views = recipe.evaluation.views } = options;
  const batch = toBatch(images.flatMap((image) => viewsOf(recipe, format, statistics, prepareImage(recipe, format, image), views)));
  using x = await device.upload(batch.shape, batch.data, 'x');
  using logits = await network.predict(device, x, parameters);
  using lse = await device.run(logSumExpRows, [logits], {});
  using probabilities = await device.run(softmax, [logits, lse], {});
  return averageRows(await device.download(probabilities), views);
}

/** The mean of every `count` neighbouring rows. */
function averageRows({ shape: [rows, columns], data }: Tensor, count: number): Tensor {
  const means = Tensor.zeros([rows / count, columns]);
  for (let i = 0; i < means.data.length; i++) {
    const first = Math.floor(i / columns) * count * columns + (i % columns);
    let sum = 0;
    for (let view = 0; view < count; view++) sum += data[first + view * columns];
    means.data[i] = sum / count;
  }
  return means;
}
