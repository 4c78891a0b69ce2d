/** Sizes of a locally connected convolution, as the parameters of all its operations end. */
// @ts-ignore: decorator
@unmanaged
export class Local {
  /** Images. */
  count: i32;
  height: i32;
  width: i32;
  channels: i32;
  filterH: i32;
  filterW: i32;
  outHeight: i32;
  outWidth: i32;
  /** Output channels. */
  columns: i32;
  stepH: i32;
  stepW: i32;
  top: i32;
  left: i32;
}
