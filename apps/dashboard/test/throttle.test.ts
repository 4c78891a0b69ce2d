import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { throttle } from '../src/throttle.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('acts at once, then at most every so often, and forgets nothing', () => {
  const act = vi.fn();
  const ask = throttle(act, 100);
  ask();
  vi.advanceTimersByTime(0);
  expect(act).toHaveBeenCalledTimes(1);
  for (let i = 0; i < 25; i++) {
    ask();
    vi.advanceTimersByTime(10);
  }
  expect(act).toHaveBeenCalledTimes(3);
  vi.advanceTimersByTime(100);
  expect(act).toHaveBeenCalledTimes(4);
  vi.advanceTimersByTime(1_000);
  expect(act).toHaveBeenCalledTimes(4);
});
