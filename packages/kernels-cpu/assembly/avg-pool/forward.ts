import { POOL_OF_ROWS, Pool, PoolRows } from '../plan/pool';
import { loadFirst, storeFirst } from '../vector/partial';

/** The mean of every window, over its pixels inside the image. A task is a block of rows of the results. */
export function avgPoolForward(parameters: usize, task: i32, scratch: usize): void {
  const own = changetype<PoolRows>(parameters);
  const p = changetype<Pool>(parameters + POOL_OF_ROWS);
  const end = min((task + 1) * own.block, own.rows);
  const channels = p.channels;
  const pixel = <usize>channels << 2;
  const line = <usize>p.width * pixel;
  for (let row = task * own.block; row < end; row++) {
    const image = row / p.outHeight;
    const h0 = (row - image * p.outHeight) * p.stepH - p.top;
    const firstH = max(h0, 0);
    const lastH = min(h0 + p.windowH, p.height);
    let out = own.out + <usize>row * p.outWidth * pixel;
    for (let place = 0; place < p.outWidth; place++) {
      const w0 = place * p.stepW - p.left;
      const firstW = max(w0, 0);
      const lastW = min(w0 + p.windowW, p.width);
      const first = p.x + <usize>((image * p.height + firstH) * p.width + firstW) * pixel;
      const count = f32x4.splat(<f32>((lastH - firstH) * (lastW - firstW)));
      for (let c = 0; c < channels; c += 4) {
        const rest = channels - c;
        let start = first + (<usize>c << 2);
        let sum = f32x4.splat(0);
        for (let h = firstH; h < lastH; h++) {
          let at = start;
          for (let w = firstW; w < lastW; w++) {
            sum = f32x4.add(sum, loadFirst(at, rest));
            at += pixel;
          }
          start += line;
        }
        storeFirst(out + (<usize>c << 2), f32x4.div(sum, count), rest);
      }
      out += pixel;
    }
  }
}
