import { SPAN } from '../../src/operation';

/** First number of a task, in bytes. */
// @ts-ignore: decorator
@inline
export function spanStart(task: i32): usize {
  return <usize>task * (SPAN * 4);
}

/** How many numbers a task has. */
// @ts-ignore: decorator
@inline
export function spanCount(task: i32, count: u32): i32 {
  return <i32>min<u32>(SPAN, count - <u32>task * SPAN);
}
