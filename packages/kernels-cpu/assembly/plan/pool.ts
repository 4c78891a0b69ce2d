/** Sizes of a pooling, as the parameters of all its operations end. */
// @ts-ignore: decorator
@unmanaged
export class Pool {
  x: u32;
  height: i32;
  width: i32;
  channels: i32;
  outHeight: i32;
  outWidth: i32;
  windowH: i32;
  windowW: i32;
  stepH: i32;
  stepW: i32;
  top: i32;
  left: i32;
}

/** How the poolings begin whose tasks are blocks of rows of their results. */
// @ts-ignore: decorator
@unmanaged
export class PoolRows {
  out: u32;
  /** Rows of all results. */
  rows: i32;
  /** Rows in a task. */
  block: i32;
}

/** Where their sizes are. */
export const POOL_OF_ROWS = offsetof<PoolRows>();
