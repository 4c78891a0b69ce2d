/** How long {@link repeat} goes on: until both are reached. */
export interface Extent {
  readonly times: number;
  readonly milliseconds: number;
}

/** Runs something again and again and returns how many milliseconds each time took. */
export async function repeat(once: () => Promise<void>, { times, milliseconds }: Extent, now: () => number = () => performance.now()): Promise<number[]> {
  const spans: number[] = [];
  const began = now();
  let last = began;
  while (spans.length < times || last - began < milliseconds) {
    await once();
    const ended = now();
    spans.push(ended - last);
    last = ended;
  }
  return spans;
}

/** The value in the middle, or the mean of the two there; 0 of nothing. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
