import { constant, gaussian, heNormal, zeros, type Sequential } from '@convkit/layers';
import { alexnet, type AlexnetDesign } from './alexnet.js';

export const alexnetMiniDesign: AlexnetDesign = {
  convolutions: [
    { outputs: 16, kernelSize: 5, padding: 2, weight: heNormal, bias: zeros },
    { outputs: 32, kernelSize: 5, padding: 2, groups: 2, weight: heNormal, bias: zeros },
    { outputs: 64, kernelSize: 3, padding: 1, weight: heNormal, bias: zeros },
    { outputs: 64, kernelSize: 3, padding: 1, groups: 2, weight: heNormal, bias: zeros },
    { outputs: 48, kernelSize: 3, padding: 1, groups: 2, weight: heNormal, bias: zeros },
  ],
  hidden: [
    { outputs: 256, weight: heNormal, bias: zeros },
    { outputs: 256, weight: heNormal, bias: zeros },
  ],
  head: { weight: gaussian(0.01), bias: zeros },
  normalisation: { size: 5, alpha: 1e-4, divideAlphaBySize: true, beta: 0.75, k: 1 },
  firstBlock: 'norm-pool-relu',
  keep: 0.5,
};

export function alexnetMini({ classes = 10 }: { readonly classes?: number } = {}): Sequential {
  return alexnet(alexnetMiniDesign, { classes });
}
