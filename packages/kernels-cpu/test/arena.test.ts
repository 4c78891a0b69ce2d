import { DeviceError, RandomStream } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { Arena, type Block } from '../src/arena.js';

const START = 4_096;

/** Whether the block lies inside the memory, on a cache line, and touches none of the others. */
function isSound(block: Block, others: readonly Block[], limit: number): boolean {
  const { at, bytes } = block;
  return at % 64 === 0 && at >= START && at + bytes <= limit && others.every((other) => other === block || other.at + other.bytes <= at || at + bytes <= other.at);
}

it('keeps 10,000 random sequences of taking and giving apart, loses nothing, and says when there is no room', () => {
  let refusals = 0;
  for (let sequence = 0; sequence < 10_000; sequence++) {
    const draws = new RandomStream(5, 'arena').at(sequence);
    const limit = START + 64 * (20 + draws.integer(500));
    let end = START;
    const arena = new Arena(START, limit, (to) => (end = to));
    const live: Block[] = [];
    for (let step = 0; step < 40; step++) {
      if (live.length > 0 && draws.integer(5) < 2) {
        arena.give(live.splice(draws.integer(live.length), 1)[0], step);
        continue;
      }
      const wanted = draws.integer(draws.integer(4) === 0 ? 8_000 : 600);
      try {
        const block = arena.take(wanted);
        live.push(block);
        if (block.bytes < wanted || block.at + block.bytes > end || !isSound(block, live, limit)) expect.fail(`sequence ${sequence}, step ${step}: ${JSON.stringify(block)}`);
      } catch (error) {
        if (!(error instanceof DeviceError) || error.code !== 'DEVICE_MEMORY') throw error;
        refusals++;
      }
      const used = live.reduce((sum, { bytes }) => sum + bytes, 0);
      if (arena.extent - arena.free !== used) expect.fail(`sequence ${sequence}, step ${step}: ${arena.extent - arena.free} bytes are gone, ${used} are in use`);
    }
    for (const block of live) arena.give(block, 0);
    // All of it is one block again.
    if (arena.free !== arena.extent) expect.fail(`sequence ${sequence}: lost memory`);
    if (arena.extent > 0) expect(arena.take(limit - START).bytes).toBe(limit - START);
  }
  expect(refusals).toBeGreaterThan(1_000);
});

it('takes the smallest block that is large enough', () => {
  const arena = new Arena(START, 1 << 20, () => {});
  const [a, , b] = [arena.take(640), arena.take(64), arena.take(128), arena.take(64)];
  arena.give(a, 0);
  arena.give(b, 0);
  expect(arena.take(100).at).toBe(b.at);
  expect(arena.take(100).at).toBe(a.at);
});

it('remembers how long the last owner may be at work, the longer time where two blocks become one', () => {
  const arena = new Arena(START, 1 << 20, () => {});
  const [a, b] = [arena.take(64), arena.take(64)];
  expect(a.busyUntil).toBe(0);
  arena.give(a, 7);
  arena.give(b, 3);
  expect(arena.take(128)).toEqual({ at: a.at, bytes: 128, busyUntil: 7 });
});

it('says so when memory cannot grow, and goes on', () => {
  const arena = new Arena(START, 1 << 30, (end) => {
    if (end > START + (1 << 25)) throw new RangeError('no more pages');
  });
  const block = arena.take(1 << 20);
  expect(() => arena.take(1 << 26)).toThrow(expect.objectContaining({ code: 'DEVICE_MEMORY' }));
  arena.give(block, 0);
  expect(arena.take(1 << 20).at).toBe(block.at);
});
