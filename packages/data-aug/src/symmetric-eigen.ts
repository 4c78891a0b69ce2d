/** Eigenvalues, smallest first, and for each one its unit vector: `vectors[i]` belongs to `values[i]`. */
export interface Eigen {
  readonly values: readonly number[];
  readonly vectors: readonly (readonly number[])[];
}

/** Off the diagonal the numbers shrink quadratically from sweep to sweep: a 3x3 matrix is at the limit of double precision after five or six. */
const SWEEPS = 10;

/**
 * Eigenvalues and orthonormal eigenvectors of a symmetric matrix by Jacobi's method: plane rotations that turn one pair of entries off the diagonal to 0 after the other.
 * Source: Golub, Van Loan, "Matrix Computations", section 8.5. Only the square root and the four operations of arithmetic are used, so every engine gives the same bits.
 *
 * @param matrix Square and symmetric; the entries below the diagonal are not read. Meant for a few rows.
 */
export function symmetricEigen(matrix: readonly (readonly number[])[]): Eigen {
  const n = matrix.length;
  const a = matrix.map((_, i) => matrix.map((_, j) => (i <= j ? matrix[i][j] : matrix[j][i])));
  const v = a.map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p][q] === 0) continue;
        // The smaller of the two angles that turn a[p][q] to 0, by its tangent.
        const cotangent = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const tangent = (cotangent < 0 ? -1 : 1) / (Math.abs(cotangent) + Math.sqrt(cotangent * cotangent + 1));
        const cosine = 1 / Math.sqrt(tangent * tangent + 1);
        const sine = tangent * cosine;
        for (const row of a) rotate(row, p, q, cosine, sine);
        for (let j = 0; j < n; j++) [a[p][j], a[q][j]] = [cosine * a[p][j] - sine * a[q][j], sine * a[p][j] + cosine * a[q][j]];
        a[p][q] = a[q][p] = 0;
        for (const row of v) rotate(row, p, q, cosine, sine);
      }
    }
  }
  const order = [...a.keys()].sort((i, j) => a[i][i] - a[j][j]);
  return { values: order.map((i) => a[i][i]), vectors: order.map((i) => v.map((row) => row[i])) };
}

function rotate(row: number[], p: number, q: number, cosine: number, sine: number): void {
  [row[p], row[q]] = [cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]];
}
