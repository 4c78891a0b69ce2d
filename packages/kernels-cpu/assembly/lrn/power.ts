/** `base^beta` of four numbers; 0.75, the beta of AlexNet, by square roots. */
// @ts-ignore: decorator
@inline
export function power(base: v128, beta: f32): v128 {
  if (beta == 0.75) {
    const root = f32x4.sqrt(base);
    return f32x4.mul(root, f32x4.sqrt(root));
  }
  return anyPower(base, beta);
}

function anyPower(base: v128, beta: f32): v128 {
  let result = f32x4.splat(powerOf(f32x4.extract_lane(base, 0), beta));
  result = f32x4.replace_lane(result, 1, powerOf(f32x4.extract_lane(base, 1), beta));
  result = f32x4.replace_lane(result, 2, powerOf(f32x4.extract_lane(base, 2), beta));
  return f32x4.replace_lane(result, 3, powerOf(f32x4.extract_lane(base, 3), beta));
}

function powerOf(base: f32, beta: f32): f32 {
  return <f32>Math.pow(base, beta);
}
