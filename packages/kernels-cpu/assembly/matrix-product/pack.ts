/** Panels of one block lie this much more than their length apart, since addresses that differ by whole pages displace each other in the cache. */
export const PANEL_GAP: usize = 64;

// @ts-ignore: decorator
@inline
export function panelStride(depth: i32, width: i32): usize {
  return <usize>(depth * width * 4) + PANEL_GAP;
}

/**
 * Writes four rows side by side: `out[k][0..3] = (p0[k], p1[k], p2[k], p3[k])` for `count` numbers, with `stride` bytes from one `k` to the next.
 */
export function interleave(out: usize, stride: usize, p0: usize, p1: usize, p2: usize, p3: usize, count: i32): void {
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const r0 = v128.load(p0);
    const r1 = v128.load(p1);
    const r2 = v128.load(p2);
    const r3 = v128.load(p3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    v128.store(out + stride, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
    v128.store(out + 2 * stride, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
    v128.store(out + 3 * stride, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
    out += 4 * stride;
    p0 += 16;
    p1 += 16;
    p2 += 16;
    p3 += 16;
  }
  for (; k < count; k++) {
    store<f32>(out, load<f32>(p0));
    store<f32>(out, load<f32>(p1), 4);
    store<f32>(out, load<f32>(p2), 8);
    store<f32>(out, load<f32>(p3), 12);
    out += stride;
    p0 += 4;
    p1 += 4;
    p2 += 4;
    p3 += 4;
  }
}

/**
 * Packs rows of a matrix, as they lie, into panels of `width` (4 or 8) neighbouring columns: `out[j][k][0..width-1]`. Columns beyond the last are zero.
 * These are the columns of the right operand, or the rows of a left operand that lies transposed.
 */
export function packAlong(out: usize, outStride: usize, width: i32, source: usize, sourceStride: usize, depth: i32, columns: i32): void {
  const step = <usize>width << 2;
  const whole = columns - columns % width;
  for (let k = 0; k < depth; k++) {
    let from = source;
    let to = out;
    if (width == 8) {
      for (let j = 0; j < whole; j += 8) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        from += 32;
        to += outStride;
      }
    } else {
      for (let j = 0; j < whole; j += 4) {
        v128.store(to, v128.load(from));
        from += 16;
        to += outStride;
      }
    }
    if (whole < columns) {
      memory.fill(to, 0, step);
      memory.copy(to, from, <usize>(columns - whole) << 2);
    }
    out += step;
    source += sourceStride;
  }
}

/**
 * Packs rows of a matrix across: panels of `width` (4 or 8) neighbouring rows, `out[i][k][0..width-1]`. Rows beyond the last are zero.
 * These are the rows of the left operand, or the columns of a right operand that lies transposed.
 */
export function packAcross(out: usize, outStride: usize, width: i32, source: usize, sourceStride: usize, depth: i32, rows: i32): void {
  for (let i = 0; i < rows; i += width) {
    for (let lane = 0; lane < width; lane += 4) {
      const first = i + lane;
      const p = source + <usize>first * sourceStride;
      if (first + 4 <= rows) {
        interleave(out + (<usize>lane << 2), <usize>width << 2, p, p + sourceStride, p + 2 * sourceStride, p + 3 * sourceStride, depth);
      } else {
        const rest = rows - first;
        for (let k = 0; k < depth; k++) {
          const to = out + <usize>(k * width + lane) * 4;
          const at = p + (<usize>k << 2);
          store<f32>(to, rest > 0 ? load<f32>(at) : 0);
          store<f32>(to, rest > 1 ? load<f32>(at + sourceStride) : 0, 4);
          store<f32>(to, rest > 2 ? load<f32>(at + 2 * sourceStride) : 0, 8);
          store<f32>(to, 0, 12);
        }
      }
    }
    out += outStride;
  }
}
