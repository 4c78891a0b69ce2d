/** Sizes of a pooling, as the parameters of both directions begin. */
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
