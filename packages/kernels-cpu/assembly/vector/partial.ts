/** Stores four numbers, or as many as there are. */
// @ts-ignore: decorator
@inline
export function storeFirst(to: usize, value: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, value);
  } else {
    store<f32>(to, f32x4.extract_lane(value, 0));
    if (count > 1) store<f32>(to, f32x4.extract_lane(value, 1), 4);
    if (count > 2) store<f32>(to, f32x4.extract_lane(value, 2), 8);
  }
}

/** Loads four numbers, or as many as there are; the others are zero. */
// @ts-ignore: decorator
@inline
export function loadFirst(from: usize, count: i32): v128 {
  if (count >= 4) return v128.load(from);
  let value = f32x4.replace_lane(f32x4.splat(0), 0, load<f32>(from));
  if (count > 1) value = f32x4.replace_lane(value, 1, load<f32>(from, 4));
  if (count > 2) value = f32x4.replace_lane(value, 2, load<f32>(from, 8));
  return value;
}

/** The first numbers of four, with zeros for the others. */
// @ts-ignore: decorator
@inline
export function keepFirst(value: v128, count: i32): v128 {
  if (count < 4) value = f32x4.replace_lane(value, 3, 0);
  if (count < 3) value = f32x4.replace_lane(value, 2, 0);
  if (count < 2) value = f32x4.replace_lane(value, 1, 0);
  return value;
}
