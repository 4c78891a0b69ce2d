import { gaussian, heNormal, zeros, type Sequential } from '@convkit/layers';
import { alexnet, type AlexnetDesign } from './alexnet.js';

/**
 * The numbers of {@link alexnetMini}. Kernels shrink with the image, and so does the first stride, to 1; the initialisation is He's, with which so deep a net learns
 * from the first step; the normalisation is weaker than that of 2012 because the activations are some hundred times smaller.
 */
export const alexnetMiniDesign: AlexnetDesign = {
  convolutions: [
    { outputs: 16, kernelSize: 5, padding: 2, weight: heNormal, bias: zeros },
    { outputs: 32, kernelSize: 3, padding: 1, groups: 2, weight: heNormal, bias: zeros },
    { outputs: 48, kernelSize: 3, padding: 1, weight: heNormal, bias: zeros },
    { outputs: 48, kernelSize: 3, padding: 1, groups: 2, weight: heNormal, bias: zeros },
    { outputs: 48, kernelSize: 3, padding: 1, groups: 2, weight: heNormal, bias: zeros },
  ],
  hidden: [
    { outputs: 512, weight: heNormal, bias: zeros },
    { outputs: 512, weight: heNormal, bias: zeros },
  ],
  head: { weight: gaussian(0.03), bias: zeros },
  normalisation: { size: 5, alpha: 0.25, divideAlphaBySize: true, beta: 0.75, k: 1 },
  firstBlock: 'norm-pool-relu',
  keep: 0.5,
};

/**
 * The skeleton of 2012 for images of 28 to 32 pixels, grey or RGB: small enough to be trained in minutes without a GPU.
 *
 * @param options.classes Number of classes; default 10.
 * @throws OptionError `OPTION_INVALID` if `classes` is no whole number of at least 1.
 *
 * @example
 * ```ts
 * import { alexnetMini } from '@convkit/alexnet';
 * import { summarise } from '@convkit/layers';
 *
 * const { parameters, multiplyAdds } = summarise(alexnetMini(), [1, 26, 26, 1]);
 * console.log(parameters, multiplyAdds); // 526938 2392384
 * ```
 */
export function alexnetMini(options: { readonly classes?: number } = {}): Sequential {
  return alexnet(alexnetMiniDesign, { classes: options.classes ?? 10 });
}
