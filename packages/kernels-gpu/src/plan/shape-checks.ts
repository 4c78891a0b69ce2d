import { OptionError, ShapeError, formatShape, sameShape, type Shape } from '@convkit/tensor';

/** @throws ShapeError `SHAPE_MISMATCH` unless `shape` has one size for each name in `axes`, such as `N, H, W, C`. */
export function assertAxes(kernel: string, input: string, shape: Shape, axes: string): void {
  const wanted = axes.split(', ').length;
  if (shape.length === wanted) return;
  throw new ShapeError({
    code: 'SHAPE_MISMATCH',
    message: `${kernel}: ${input} has ${count(shape.length, 'axis', 'axes')}, but must have ${wanted}.`,
    values: { [input]: formatShape(shape), expected: `[${axes}]` },
    help: `reshape ${input} to [${axes}].`,
  });
}

/** @throws ShapeError `SHAPE_MISMATCH` unless the input has the shape `expected`, which follows from `reason`; `inputs` are all shapes worth seeing beside it. */
export function assertShapeIs(kernel: string, input: string, inputs: Readonly<Record<string, Shape>>, expected: Shape, reason: string): void {
  const shape = inputs[input];
  if (sameShape(shape, expected)) return;
  throw new ShapeError({
    code: 'SHAPE_MISMATCH',
    message: `${kernel}: ${input} is ${formatShape(shape)}, but ${reason} ${formatShape(expected)}.`,
    values: Object.fromEntries(Object.entries(inputs).map(([name, axes]) => [name, formatShape(axes)])),
    help: `${input} should be ${formatShape(expected)}.`,
  });
}

/** @throws OptionError `OPTION_INVALID` unless there are `length` whole numbers of at least `least`. */
export function assertWhole(kernel: string, attribute: string, values: readonly number[], length: number, least: number): void {
  if (values.length === length && values.every((value) => Number.isSafeInteger(value) && value >= least)) return;
  const wanted = length === 1 ? `a whole number of at least ${least}` : `${length} whole numbers of at least ${least}`;
  throw new OptionError({ code: 'OPTION_INVALID', message: `${kernel}: ${attribute} is ${length === 1 ? values[0] : formatShape(values)}, but must be ${wanted}.` });
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
