/** Number `i` of a row. */
// @ts-ignore: decorator
@inline
export function at(row: usize, i: i32): f32 {
  return load<f32>(row + (<usize>i << 2));
}
