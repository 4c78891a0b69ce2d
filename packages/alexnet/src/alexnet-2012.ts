import { constant, gaussian, zeros, type Sequential } from '@convkit/layers';
import { alexnet, type AlexnetDesign } from './alexnet.js';

const narrow = gaussian(0.01);
const wide = gaussian(0.03);
const one = constant(1);

/**
 * The network of 2012 as its code has it (net 145: computerhistory/AlexNet-Source-Code, `layers/layers-145.cfg`, `layers/layer-params-145.cfg`), both columns in one:
 * `conv2`, `conv4` and `conv5` have two groups, which are the columns, and no window of the normalisation reaches from one into the other. Where the code and the paper differ the code is followed:
 *
 * | | code, and here | paper |
 * | --- | --- | --- |
 * | border of `conv1` | 224 pixels and 3 of zeros right and below, which makes 55 x 55 | not said |
 * | order after `conv1` | normalisation of signed values, pooling, ReLU | ReLU, normalisation, pooling |
 * | normalisation | 1e-4 divided by its size 5 | 1e-4 |
 * | deviation of weights in `conv3` to `conv5` | 0.03 | 0.01 |
 *
 * Left out is the second, spatial normalisation that the code has in layer 2 and the paper does not mention; without any in that layer the error was no higher
 * (net 167: 40.49 / 18.12 against 40.66 / 18.21).
 */
export const alexnet2012Design: AlexnetDesign = {
  convolutions: [
    { outputs: 96, kernelSize: 11, stride: 4, rounding: 'ceil', weight: narrow, bias: zeros },
    { outputs: 256, kernelSize: 5, padding: 2, groups: 2, weight: narrow, bias: one },
    { outputs: 384, kernelSize: 3, padding: 1, weight: wide, bias: zeros },
    { outputs: 384, kernelSize: 3, padding: 1, groups: 2, weight: wide, bias: one },
    { outputs: 256, kernelSize: 3, padding: 1, groups: 2, weight: wide, bias: one },
  ],
  hidden: [
    { outputs: 4096, weight: narrow, bias: one },
    { outputs: 4096, weight: narrow, bias: one },
  ],
  head: { weight: narrow, bias: zeros },
  normalisation: { size: 5, alpha: 1e-4, divideAlphaBySize: true, beta: 0.75, k: 2, groups: 2 },
  firstBlock: 'norm-pool-relu',
  keep: 0.5,
};

/**
 * AlexNet of 2012 for images `[N, 224, 224, 3]`: {@link alexnet2012Design}. With 1,000 classes 60,965,224 parameters and 724,406,816 multiply-adds an image;
 * rows and columns go 55, 27, 27, 13, 13, 13, 13, 6, and 9,216 numbers reach `fc6`.
 *
 * @param options.classes Default 1000.
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { alexnet2012 } from '@convkit/alexnet';
 * import { summarise } from '@convkit/layers';
 *
 * console.log(summarise(alexnet2012(), [1, 224, 224, 3]).parameters); // 60965224
 * ```
 */
export function alexnet2012(options: { readonly classes?: number } = {}): Sequential {
  return alexnet(alexnet2012Design, { classes: options.classes ?? 1000 });
}
