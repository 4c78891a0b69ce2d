/** Lets everything else that waits run once: signals, timers, clicks. A device that works on this thread would keep them out for as long as it has work. */
export function turnEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    // Browsers have no setImmediate; Node's setTimeout waits a millisecond at least.
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve);
  });
}
