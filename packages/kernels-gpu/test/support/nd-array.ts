import { sizeOf, type Shape, type Tensor } from '@convkit/tensor';

/** Numbers in double precision under a shape: what the references in the tests compute with. Reading or writing outside the shape is an error. */
export class NdArray {
  readonly data: Float64Array;

  constructor(
    readonly shape: Shape,
    values: ArrayLike<number> = new Float64Array(sizeOf(shape)),
  ) {
    if (values.length !== sizeOf(shape)) throw new RangeError(`${values.length} numbers do not fill [${shape.join(', ')}]`);
    this.data = Float64Array.from(values);
  }

  static of(tensor: Tensor): NdArray {
    return new NdArray(tensor.shape, tensor.data);
  }

  at(...place: readonly number[]): number {
    return this.data[this.#offset(place)];
  }

  add(value: number, ...place: readonly number[]): void {
    this.data[this.#offset(place)] += value;
  }

  set(value: number, ...place: readonly number[]): void {
    this.data[this.#offset(place)] = value;
  }

  /** Whether the place lies inside the shape. */
  has(...place: readonly number[]): boolean {
    return place.every((i, axis) => i >= 0 && i < this.shape[axis]);
  }

  map(f: (value: number, i: number) => number): NdArray {
    return new NdArray(this.shape, this.data.map(f));
  }

  reshape(shape: Shape): NdArray {
    return new NdArray(shape, this.data);
  }

  #offset(place: readonly number[]): number {
    let offset = 0;
    for (let axis = 0; axis < this.shape.length; axis++) {
      const i = place[axis];
      if (!(i >= 0 && i < this.shape[axis])) throw new RangeError(`[${place.join(', ')}] is outside [${this.shape.join(', ')}]`);
      offset = offset * this.shape[axis] + i;
    }
    return offset;
  }
}
