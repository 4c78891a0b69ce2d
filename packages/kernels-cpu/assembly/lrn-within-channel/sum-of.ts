/** The sum of `count` times four numbers, each `step` bytes after the one before. Channels lie side by side, so a pixel further is the same channel. */
// @ts-ignore: decorator
@inline
export function sumOf(first: usize, step: usize, count: i32): v128 {
  let at = first;
  let sum = v128.load(at);
  for (let i = 1; i < count; i++) {
    at += step;
    sum = f32x4.add(sum, v128.load(at));
  }
  return sum;
}
