import type { Tensor } from '@convkit/tensor';
import { NdArray } from '../support/nd-array.js';
import { randomLabels, randomTensor } from '../support/random-tensor.js';
import { naiveSoftmax, rowCases } from '../softmax/naive-softmax.js';

/** Minus the sum of target times log-probability, one number a row. */
export function naiveCrossEntropy(logits: NdArray, targets: NdArray): NdArray {
  const probabilities = naiveSoftmax(logits);
  const loss = new NdArray([logits.shape[0]]);
  for (let n = 0; n < logits.shape[0]; n++) for (let c = 0; c < logits.shape[1]; c++) loss.add(-targets.at(n, c) * Math.log(probabilities.at(n, c)), n);
  return loss;
}

function softTargets(N: number, C: number): Tensor {
  return randomTensor('soft targets', [N, C], 0, 2 / C);
}

export const crossEntropyCases: readonly { readonly title: string; readonly logits: Tensor; readonly targets: Tensor }[] = rowCases.flatMap(({ N, C }) => [
  { title: `${N} rows of ${C}, one-hot`, logits: randomTensor('logits', [N, C], -5, 5), targets: randomLabels('labels', N, C) },
  { title: `${N} rows of ${C}, soft, not adding up to 1`, logits: randomTensor('logits', [N, C], -5, 5), targets: softTargets(N, C) },
]);
