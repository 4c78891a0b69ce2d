import { RandomStream, Tensor, sizeOf, type Shape } from '@convkit/tensor';

/** A tensor of uniform numbers from `low` to `high`, the same ones for the same name and shape. */
export function randomTensor(name: string, shape: Shape, low = -1, high = 1): Tensor {
  return new Tensor(shape, new RandomStream(20120930, name).at(...shape.slice(0, 3)).fillUniform(new Float32Array(sizeOf(shape)), low, high));
}

/** One-hot rows `[N, C]`, the label of each drawn by name. */
export function randomLabels(name: string, N: number, C: number): Tensor {
  const draws = new RandomStream(20120930, name).at(N, C);
  const targets = Tensor.zeros([N, C]);
  for (let n = 0; n < N; n++) targets.data[n * C + draws.integer(C)] = 1;
  return targets;
}

/** A tensor in which no two numbers are equal or close: a random order of equal steps from -1 to 1. */
export function distinctTensor(name: string, shape: Shape): Tensor {
  const size = sizeOf(shape);
  const order = new RandomStream(20120930, name).at(...shape.slice(0, 3)).permutation(size);
  return new Tensor(shape, Float32Array.from(order, (i) => (2 * i) / size - 1));
}
