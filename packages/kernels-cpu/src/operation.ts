/** What a thread can be told to do. The WebAssembly side reads this file, too. */
export enum Operation {
  Peak,
  PackColumns,
  Conv2dProduct,
  WinogradFilters,
  WinogradProduct,
  Conv2dBackwardWeights,
  MatrixProduct,
  VectorProduct,
  SumRows,
  Transpose,
  CopyColumns,
  LrnScale,
  LrnForward,
  LrnBackward,
  MaxPoolForward,
  MaxPoolBackward,
  Relu,
  ReluBackward,
  Dropout,
  Scale,
  Add,
  SgdVelocity,
  SgdApply,
  LogSumExpRows,
  Softmax,
  CrossEntropyForward,
  CrossEntropyBackward,
  LabelRank,
}

/** Numbers in one task of an operation that goes element by element. */
export const SPAN = 32768;
