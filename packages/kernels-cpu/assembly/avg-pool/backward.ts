import { POOL_OF_ROWS, Pool, PoolRows } from '../plan/pool';
import { loadFirst, storeFirst } from '../vector/partial';

/** Every row of an image gathers from the windows that hold it; a window adds an equal share to each of its pixels in the row. `x` is dy. A task is a block of rows of the images. */
export function avgPoolBackward(parameters: usize, task: i32, scratch: usize): void {
  const own = changetype<PoolRows>(parameters);
  const p = changetype<Pool>(parameters + POOL_OF_ROWS);
  const end = min((task + 1) * own.block, own.rows);
  const channels = p.channels;
  const pixel = <usize>channels << 2;
  const line = <usize>p.width * pixel;
  for (let row = task * own.block; row < end; row++) {
    const image = row / p.height;
    const h = row - image * p.height;
    const out = own.out + <usize>row * line;
    memory.fill(out, 0, line);
    for (let down = min((h + p.top) / p.stepH, p.outHeight - 1); down >= 0; down--) {
      const h0 = down * p.stepH - p.top;
      if (h >= h0 + p.windowH) break;
      const height = min(h0 + p.windowH, p.height) - max(h0, 0);
      let dy = p.x + <usize>(image * p.outHeight + down) * p.outWidth * pixel;
      for (let place = 0; place < p.outWidth; place++) {
        const w0 = place * p.stepW - p.left;
        const firstW = max(w0, 0);
        const width = min(w0 + p.windowW, p.width) - firstW;
        const first = out + <usize>firstW * pixel;
        const count = f32x4.splat(<f32>(height * width));
        for (let c = 0; c < channels; c += 4) {
          const rest = channels - c;
          const share = f32x4.div(loadFirst(dy + (<usize>c << 2), rest), count);
          let at = first + (<usize>c << 2);
          for (let w = 0; w < width; w++) {
            storeFirst(at, f32x4.add(loadFirst(at, rest), share), rest);
            at += pixel;
          }
        }
        dy += pixel;
      }
    }
  }
}
