/** A function that has `act` called, at once when the last time is long enough ago, and never more often than every `milliseconds`; what is asked in between is done once. */
export function throttle(act: () => void, milliseconds: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = -Infinity;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      last = performance.now();
      act();
    }, Math.max(0, last + milliseconds - performance.now()));
  };
}
