import { defKernel, type KernelThread, type View1 } from '@convkit/tensor';
import { elementwisePlan } from './elementwise-plan.js';

/** Run-time number of {@link averageWeights}. */
export type AverageWeightsAttributes = {
  /** How far the average moves towards the parameter, of 1: 1 - decay. */
  readonly share: number;
};

/**
 * The new average of a parameter: `e' = e + share (w - e)`, which is `decay e + (1 - decay) w` for a share of 1 - decay, and stays where it is when w is. Both inputs have one shape.
 * Source: Polyak, Juditsky, "Acceleration of stochastic approximation by averaging", 1992, in the exponential form of `torch.optim.swa_utils`.
 */
export const averageWeights = defKernel<AverageWeightsAttributes>({
  name: 'average_weights',
  inputs: ['average', 'weight'],
  scalars: ['share'],
  body: function (this: KernelThread, average: View1, weight: View1, share: number) {
    return average[this.thread.x] + share * (weight[this.thread.x] - average[this.thread.x]);
  },
  plan: (shapes) => elementwisePlan('average_weights', ['average', 'weight'], shapes),
});
