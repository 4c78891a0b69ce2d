import { OptionError, ShapeError, formatShape, type Shape } from '@convkit/tensor';
import type { LrnOptions } from './lrn.js';

/** @throws ShapeError `SHAPE_MISMATCH` unless `x` has the four axes of images. */
export function assertImages(owner: string, x: Shape): void {
  if (x.length === 4) return;
  throw new ShapeError({ code: 'SHAPE_MISMATCH', message: `${owner}: x must be [N, H, W, C].`, values: { x: formatShape(x) }, help: 'images are pictures, rows, columns, channels: channels come last.' });
}

/** @throws ShapeError `SHAPE_MISMATCH` unless the channels of `x` can be divided into `groups`. */
export function assertGroups(owner: string, x: Shape, groups: number): void {
  if (x[3] % groups === 0) return;
  throw new ShapeError({
    code: 'SHAPE_MISMATCH',
    message: `${owner}: x has ${x[3]} channels, which cannot be divided into ${groups} groups.`,
    values: { x: formatShape(x), groups: String(groups) },
    help: 'choose groups so that they divide the input channels.',
  });
}

/** @throws OptionError `OPTION_INVALID` unless `value` is a whole number of at least `least`, or several of them. */
export function assertWhole(owner: string, option: string, value: number | readonly number[], least: number): void {
  const values = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  if (values.every((each) => Number.isSafeInteger(each) && (each as number) >= least)) return;
  const wanted = Array.isArray(value) ? 'whole numbers' : 'a whole number';
  throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: ${option} is ${tell(value)}, but must be ${wanted} of at least ${least}.` });
}

/** @throws OptionError `OPTION_INVALID` unless `value` is an odd whole number above 0. */
function assertOdd(owner: string, option: string, value: number): void {
  assertWhole(owner, option, value, 1);
  if (value % 2 === 0) throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: ${option} is ${value}, but must be odd.` });
}

/** Names of the options that all response normalisations have. */
export const normalisationOptions = ['size', 'alpha', 'divideAlphaBySize', 'beta', 'k'] as const;

/** @throws OptionError `OPTION_INVALID` for the options of a response normalisation that untyped code has forgotten: without one of its numbers it would make nothing but NaN. */
export function assertNormalisation(owner: string, { size, alpha, beta, k, divideAlphaBySize }: Omit<LrnOptions, 'groups'>): void {
  assertOdd(owner, 'size', size);
  for (const [option, value] of Object.entries({ alpha, beta, k })) {
    if (!Number.isFinite(value)) throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: ${option} is ${tell(value)}, but must be a number.` });
  }
  if (typeof divideAlphaBySize !== 'boolean') throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: divideAlphaBySize is ${tell(divideAlphaBySize)}, but must be true or false.` });
}

/** A value as its writer would know it again. */
function tell(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : Array.isArray(value) ? formatShape(value as Shape) : String(value);
}
