import { defKernel, type KernelThread, type View1 } from '@convkit/tensor';
import { elementwisePlan } from './elementwise-plan.js';

/** Run-time numbers of {@link sgdVelocity}. */
export type SgdVelocityAttributes = {
  /** Part of the velocity that lives on. */
  readonly momentum: number;
  /** Learning rate in the form of 2012; -1 in that of PyTorch, where the rate stands outside. */
  readonly rate: number;
  /** Weight decay of the parameter. */
  readonly decay: number;
};

/**
 * The new velocity of a parameter: `v' = momentum v - rate (g + decay w)`, where g is the gradient of the loss. All three inputs have one shape.
 * Source: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", 2012, section 5.
 */
export const sgdVelocity = defKernel<SgdVelocityAttributes>({
  name: 'sgd_velocity',
  inputs: ['velocity', 'gradient', 'weight'],
  scalars: ['momentum', 'rate', 'decay'],
  body: function (this: KernelThread, velocity: View1, gradient: View1, weight: View1, momentum: number, rate: number, decay: number) {
    return momentum * velocity[this.thread.x] - rate * (gradient[this.thread.x] + decay * weight[this.thread.x]);
  },
  plan: (shapes) => elementwisePlan('sgd_velocity', ['velocity', 'gradient', 'weight'], shapes),
});
