/** Sizes of what is normalised, as the parameters of both kernels begin. A task is a block of rows of one image. */
// @ts-ignore: decorator
@unmanaged
export class Image {
  height: i32;
  width: i32;
  channels: i32;
  size: i32;
  /** Rows in a task. */
  block: i32;
}
