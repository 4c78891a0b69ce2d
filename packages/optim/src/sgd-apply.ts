import { defKernel, type KernelThread, type View1 } from '@convkit/tensor';
import { elementwisePlan } from './elementwise-plan.js';

/** The new parameter: `w' = w + v`. Both inputs have one shape. */
export const sgdApply = defKernel({
  name: 'sgd_apply',
  inputs: ['weight', 'velocity'],
  body: function (this: KernelThread, weight: View1, velocity: View1) {
    return weight[this.thread.x] + velocity[this.thread.x];
  },
  plan: (shapes) => elementwisePlan('sgd_apply', ['weight', 'velocity'], shapes),
});
