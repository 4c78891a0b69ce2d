import { POOL_OF_ROWS, Pool, PoolRows } from '../plan/pool';

/** The largest number of every window; NaN if there is one. A task is a block of rows of the results. */
export function maxPoolForward(parameters: usize, task: i32, scratch: usize): void {
  const own = changetype<PoolRows>(parameters);
  const p = changetype<Pool>(parameters + POOL_OF_ROWS);
  const end = min((task + 1) * own.block, own.rows);
  const channels = p.channels;
  const pixel = <usize>channels << 2;
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
      let c = 0;
      for (; c + 4 <= channels; c += 4) {
        let line = first + (<usize>c << 2);
        let highest = v128.load(line);
        for (let h = firstH; h < lastH; h++) {
          let at = line;
          for (let w = firstW; w < lastW; w++) {
            highest = f32x4.max(highest, v128.load(at));
            at += pixel;
          }
          line += <usize>p.width * pixel;
        }
        v128.store(out + (<usize>c << 2), highest);
      }
      for (; c < channels; c++) {
        let line = first + (<usize>c << 2);
        let highest = load<f32>(line);
        for (let h = firstH; h < lastH; h++) {
          let at = line;
          for (let w = firstW; w < lastW; w++) {
            highest = max<f32>(highest, load<f32>(at));
            at += pixel;
          }
          line += <usize>p.width * pixel;
        }
        store<f32>(out + (<usize>c << 2), highest);
      }
      out += pixel;
    }
  }
}
