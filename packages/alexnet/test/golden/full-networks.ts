import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { buildNetwork, findNetwork, findRecipe, inputShape, prepareImage, viewsOf, type NetworkDesign, type Recipe } from '@convkit/alexnet';
import { toBatch } from '@convkit/data-aug';
import { decodeImage } from '@convkit/datasets';
import type { Tensor } from '@convkit/tensor';

/** The networks whose logits are golden at full size, with the seed of their first values. */
export const fullNetworks = ['alexnet-2012', 'torchvision'] as const;
export const classes = 1000;
export const seed = 2012;

/** A photograph of a church, in the shared data. */
export const archive = 'imagenette-mini.tar';
export const photograph = 'imagenette-mini/val/n03028079/ILSVRC2012_val_00048853.JPEG';

export interface FullNetwork {
  readonly design: NetworkDesign;
  /** First values by name, drawn from the seed. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** The photograph as the recipe prepares it for evaluation: the middle view `[1, 224, 224, 3]`. */
  readonly x: Tensor;
  /** SHA-256 of the numbers of `x`: says whether the photograph was decoded as it was for the golden file. */
  readonly pixels: string;
}

/** @param path Of the archive. */
export async function fullNetwork(name: (typeof fullNetworks)[number], path: string): Promise<FullNetwork> {
  const { design, recipe, defaults: format } = findNetwork(name);
  const { stdout } = await promisify(execFile)('tar', ['-xOf', path, photograph], { encoding: 'buffer', maxBuffer: 2 ** 24 });
  const prepared = prepareImage(recipe, format, await decodeImage(stdout, photograph));
  const x = toBatch(viewsOf(withPublishedMean(recipe), format, { mean: [], deviation: [] }, prepared, 1));
  const parameters = buildNetwork(design, { classes }).initialise([1, ...inputShape(recipe, format)], seed);
  return { design, parameters, x, pixels: createHash('sha256').update(new Uint8Array(x.data.buffer, x.data.byteOffset, x.data.byteLength)).digest('hex') };
}

/** The channel means that torchvision publishes for ImageNet instead of a mean image, which would need the training images. */
function withPublishedMean(recipe: Recipe): Recipe {
  const { statistics } = findRecipe('torchvision').data;
  return { ...recipe, data: { ...recipe.data, mean: 'channels', ...(statistics === undefined ? {} : { statistics }) } };
}
