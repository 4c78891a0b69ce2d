import { Operation } from '../../src/operation';
import { copyColumns } from '../channels/copy-columns';
import { conv2dBackwardWeights } from '../conv2d/backward-weights';
import { packColumns } from '../conv2d/pack-columns';
import { conv2dProduct } from '../conv2d/product';
import { vectorProduct } from '../dense/vector-product';
import { add } from '../elementwise/add';
import { dropout } from '../elementwise/dropout';
import { relu } from '../elementwise/relu';
import { reluBackward } from '../elementwise/relu-backward';
import { scale } from '../elementwise/scale';
import { sgdApply } from '../elementwise/sgd-apply';
import { sgdVelocity } from '../elementwise/sgd-velocity';
import { lrnBackward } from '../lrn/backward';
import { lrnForward } from '../lrn/forward';
import { lrnScale } from '../lrn/scale';
import { matrixProduct } from '../matrix-product/matrix-product';
import { maxPoolBackward } from '../max-pool/backward';
import { maxPoolForward } from '../max-pool/forward';
import { peak } from '../peak/peak';
import { sumRows } from '../reduce/sum-rows';
import { crossEntropyBackward } from '../softmax/cross-entropy-backward';
import { crossEntropyForward } from '../softmax/cross-entropy-forward';
import { labelRank } from '../softmax/label-rank';
import { logSumExpRows } from '../softmax/log-sum-exp-rows';
import { softmax } from '../softmax/softmax';
import { transpose } from '../transpose/transpose';
import { winogradFilters } from '../winograd/filters';
import { winogradProduct } from '../winograd/product';

/** Does one task of a command. Which thread does it makes no difference to the result. */
export function execute(operation: i32, parameters: usize, task: i32, scratch: usize): void {
  switch (operation) {
    case Operation.Peak: return peak(parameters, task, scratch);
    case Operation.PackColumns: return packColumns(parameters, task, scratch);
    case Operation.Conv2dProduct: return conv2dProduct(parameters, task, scratch);
    case Operation.WinogradFilters: return winogradFilters(parameters, task, scratch);
    case Operation.WinogradProduct: return winogradProduct(parameters, task, scratch);
    case Operation.Conv2dBackwardWeights: return conv2dBackwardWeights(parameters, task, scratch);
    case Operation.MatrixProduct: return matrixProduct(parameters, task, scratch);
    case Operation.VectorProduct: return vectorProduct(parameters, task, scratch);
    case Operation.SumRows: return sumRows(parameters, task, scratch);
    case Operation.Transpose: return transpose(parameters, task, scratch);
    case Operation.CopyColumns: return copyColumns(parameters, task, scratch);
    case Operation.LrnScale: return lrnScale(parameters, task, scratch);
    case Operation.LrnForward: return lrnForward(parameters, task, scratch);
    case Operation.LrnBackward: return lrnBackward(parameters, task, scratch);
    case Operation.MaxPoolForward: return maxPoolForward(parameters, task, scratch);
    case Operation.MaxPoolBackward: return maxPoolBackward(parameters, task, scratch);
    case Operation.Relu: return relu(parameters, task, scratch);
    case Operation.ReluBackward: return reluBackward(parameters, task, scratch);
    case Operation.Dropout: return dropout(parameters, task, scratch);
    case Operation.Scale: return scale(parameters, task, scratch);
    case Operation.Add: return add(parameters, task, scratch);
    case Operation.SgdVelocity: return sgdVelocity(parameters, task, scratch);
    case Operation.SgdApply: return sgdApply(parameters, task, scratch);
    case Operation.LogSumExpRows: return logSumExpRows(parameters, task, scratch);
    case Operation.Softmax: return softmax(parameters, task, scratch);
    case Operation.CrossEntropyForward: return crossEntropyForward(parameters, task, scratch);
    case Operation.CrossEntropyBackward: return crossEntropyBackward(parameters, task, scratch);
    case Operation.LabelRank: return labelRank(parameters, task, scratch);
    default: unreachable();
  }
}
