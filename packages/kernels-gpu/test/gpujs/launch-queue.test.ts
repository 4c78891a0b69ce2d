import { expect, it } from 'vitest';
import { LaunchQueue } from '../../src/gpujs/launch-queue.js';

it('runs jobs one after the other, and goes on after one that fails', async () => {
  const queue = new LaunchQueue();
  const log: string[] = [];
  const job = (name: string, fails = false) =>
    queue.run(async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const settled = await Promise.allSettled([job('a'), job('b', true), job('c')]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

it('runs a job at once when nothing waits, and else behind all that wait', async () => {
  const queue = new LaunchQueue();
  const log: string[] = [];
  queue.after(() => log.push('at once'));
  expect(log).toEqual(['at once']);
  const first = queue.run(async () => log.push('first'));
  queue.after(() => log.push('behind'));
  const second = queue.run(async () => log.push('second'));
  await Promise.all([first, second]);
  expect(log).toEqual(['at once', 'first', 'behind', 'second']);
  queue.after(() => log.push('at once again'));
  await Promise.resolve();
  expect(log.at(-1)).toBe('at once again');
});
