import { loadFirst, storeFirst } from '../vector/partial';
import { Pool } from '../plan/pool';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  dy: u32;
  out: u32;
  /** Channels in a task. */
  block: i32;
}

const POOL = offsetof<Parameters>();

/**
 * Every window adds its gradient to its first largest pixel: the one that is above all earlier ones and not below a later one. Comparisons with NaN are taken as the kernel's body takes them.
 * Two sweeps over the window: backwards for the largest of the later pixels, which the thread's memory keeps, then forwards. A task is a block of channels of one image.
 */
export function maxPoolBackward(parameters: usize, task: i32, scratch: usize): void {
  const own = changetype<Parameters>(parameters);
  const p = changetype<Pool>(parameters + POOL);
  const channels = p.channels;
  const blocks = (channels + own.block - 1) / own.block;
  const image = task / blocks;
  const firstC = (task - image * blocks) * own.block;
  const endC = min(firstC + own.block, channels);
  const pixel = <usize>channels << 2;
  const line = <usize>p.width * pixel;
  const x = p.x + <usize>(image * p.height) * line;
  const out = own.out + <usize>(image * p.height) * line;
  if (blocks == 1) memory.fill(out, 0, <usize>p.height * line);
  else for (let i = 0; i < p.height * p.width; i++) memory.fill(out + <usize>i * pixel + (<usize>firstC << 2), 0, <usize>(endC - firstC) << 2);
  let dy = own.dy + <usize>(image * p.outHeight * p.outWidth) * pixel;
  for (let row = 0; row < p.outHeight; row++) {
    const firstH = max(row * p.stepH - p.top, 0);
    const lastH = min(row * p.stepH - p.top + p.windowH, p.height) - 1;
    for (let place = 0; place < p.outWidth; place++) {
      const firstW = max(place * p.stepW - p.left, 0);
      const lastW = min(place * p.stepW - p.left + p.windowW, p.width) - 1;
      for (let c = firstC; c < endC; c += 4) {
        const rest = endC - c;
        const shift = <usize>c << 2;
        const gradient = loadFirst(dy + shift, rest);
        let later = f32x4.splat(-Infinity);
        let kept = scratch;
        for (let h = lastH; h >= firstH; h--) {
          let at = x + <usize>h * line + <usize>lastW * pixel + shift;
          for (let w = lastW; w >= firstW; w--) {
            v128.store(kept, later);
            // Takes the second where it is larger, so NaN never enters.
            later = f32x4.pmax(later, loadFirst(at, rest));
            kept += 16;
            at -= pixel;
          }
        }
        let earlier = f32x4.splat(-Infinity);
        let none = i32x4.splat(-1);
        for (let h = firstH; h <= lastH; h++) {
          let at = <usize>h * line + <usize>firstW * pixel + shift;
          for (let w = firstW; w <= lastW; w++) {
            kept -= 16;
            const value = loadFirst(x + at, rest);
            const beaten = v128.or(v128.andnot(f32x4.ge(earlier, value), none), f32x4.gt(v128.load(kept), value));
            storeFirst(out + at, f32x4.add(loadFirst(out + at, rest), v128.andnot(gradient, beaten)), rest);
            // An earlier -Infinity beats, but before the first number there is none.
            none = v128.and(none, f32x4.ne(value, value));
            earlier = f32x4.pmax(earlier, value);
            at += pixel;
          }
        }
      }
      dy += pixel;
    }
  }
}
