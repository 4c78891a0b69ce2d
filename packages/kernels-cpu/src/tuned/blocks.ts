/** Cuts `length` into blocks of nearly one size, of at most `most` and whole multiples of `unit`. @returns the size, at least `unit` */
export function evenBlock(length: number, most: number, unit: number): number {
  const blocks = Math.max(1, Math.ceil(length / Math.max(most, unit)));
  return Math.max(unit, Math.ceil(length / blocks / unit) * unit);
}
