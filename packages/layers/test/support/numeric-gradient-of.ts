/** Gradient of a number by every one of `values`, by central differences. For what only exists on a device, hence asynchronous. */
export async function numericGradientOf(f: (values: Float64Array) => Promise<number>, values: Float64Array, step = 1e-5): Promise<Float64Array> {
  const gradient = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const moved = values.slice();
    moved[i] = values[i] + step;
    const above = await f(moved);
    moved[i] = values[i] - step;
    gradient[i] = (above - (await f(moved))) / (2 * step);
  }
  return gradient;
}
