import { spanCount, spanStart } from './spans';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  count: u32;
  average: u32;
  weight: u32;
  out: u32;
  share: f32;
}

/** `out = average + share · (weight - average)`. A task is a span of numbers. */
export function averageWeights(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const start = spanStart(task);
  const count = spanCount(task, p.count);
  let out = <usize>p.out + start;
  let average = <usize>p.average + start;
  let weight = <usize>p.weight + start;
  const share = p.share;
  const shares = f32x4.splat(share);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const old = v128.load(average);
    v128.store(out, f32x4.add(old, f32x4.mul(shares, f32x4.sub(v128.load(weight), old))));
    out += 16;
    average += 16;
    weight += 16;
  }
  for (; i < count; i++) {
    const old = load<f32>(average);
    store<f32>(out, old + share * (load<f32>(weight) - old));
    out += 4;
    average += 4;
    weight += 4;
  }
}
