import type { Shape } from '@convkit/tensor';

/** A flat image wider or higher than this does not fit the textures of common WebGL2 devices. */
const LONGEST_SIDE = 8192;

/**
 * The grid of a kernel whose result is `rows` rows of `columns`: `[1, rows, columns]`, or, where a side is too long for one texture, the same rows
 * folded into planes. The body finds its row at `thread.z * rows + thread.y`, with `rows` the second size of the grid.
 * Source: gpu.js lays results of one plane out as they are, and results of several planes near a square.
 */
export function foldRows(rows: number, columns: number): Shape {
  if (rows <= LONGEST_SIDE && columns <= LONGEST_SIDE) return [1, rows, columns];
  const planes = smallestDivisor(rows);
  return [planes, rows / planes, columns];
}

/** The smallest divisor above 1, or 1 for 1. */
function smallestDivisor(n: number): number {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return divisor;
  return n;
}
