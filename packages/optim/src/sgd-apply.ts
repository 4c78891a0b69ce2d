import { defKernel, type KernelThread, type View1 } from '@convkit/tensor';
import { elementwisePlan } from './elementwise-plan.js';

/** Run-time number of {@link sgdApply}. */
export type SgdApplyAttributes = {
  /** What the velocity is multiplied by: 1 in the form of 2012, minus the rate in that of PyTorch. */
  readonly factor: number;
};

/** The new parameter: `w' = w + factor v`. Both inputs have one shape. */
export const sgdApply = defKernel<SgdApplyAttributes>({
  name: 'sgd_apply',
  inputs: ['weight', 'velocity'],
  scalars: ['factor'],
  body: function (this: KernelThread, weight: View1, velocity: View1, factor: number) {
    return weight[this.thread.x] + factor * velocity[this.thread.x];
  },
  plan: (shapes) => elementwisePlan('sgd_apply', ['weight', 'velocity'], shapes),
});
