/** Below this e^x is no normal number any more. */
const LOWEST: f32 = -87.33654;

const LOG2_E: f32 = 1.44269504;
/** log 2 in two parts: the first has so few digits that products with whole numbers up to 127 are exact. */
const LOG_2_HIGH: f32 = 0.693359375;
const LOG_2_LOW: f32 = -2.12194440e-4;

/** 1.5 · 2^23: added to a small number it leaves its nearest whole number in the last bits. */
const WHOLE: f32 = 12582912;

/**
 * e^x of four numbers that are not above 0, within 2e-7 of itself; below the normal numbers it is 0. NaN stays NaN.
 * `x = n · log 2 + r` with whole n and |r| ≤ log 2 / 2; of the series of e^r eight terms are taken, the rest is below 1e-8; n moves into the bits of the exponent.
 */
// @ts-ignore: decorator
@inline
export function expOfNegative(x: v128): v128 {
  // Takes the second where it is larger, so NaN stays.
  const bounded = f32x4.pmax(x, f32x4.splat(LOWEST));
  const shifted = f32x4.add(f32x4.mul(bounded, f32x4.splat(LOG2_E)), f32x4.splat(WHOLE));
  const n = f32x4.sub(shifted, f32x4.splat(WHOLE));
  const r = f32x4.sub(f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(LOG_2_HIGH))), f32x4.mul(n, f32x4.splat(LOG_2_LOW)));
  let sum = f32x4.splat(<f32>(1.0 / 5040.0));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(<f32>(1.0 / 720.0)));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(<f32>(1.0 / 120.0)));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(<f32>(1.0 / 24.0)));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(<f32>(1.0 / 6.0)));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  const power = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23));
  return v128.andnot(f32x4.mul(sum, power), f32x4.lt(x, f32x4.splat(LOWEST)));
}
