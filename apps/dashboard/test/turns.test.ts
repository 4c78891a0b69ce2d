import { afterAll, beforeAll, expect, it, vi } from 'vitest';

/** Turns that were asked for. In Node a channel would take all of its messages at once, other than in a browser. */
const turns: (() => void)[] = [];
let workSoon: (work: () => void) => void;
beforeAll(async () => {
  class Channel {
    readonly port1 = { onmessage: () => undefined };
    readonly port2 = { postMessage: () => void turns.push(() => this.port1.onmessage()) };
  }
  vi.stubGlobal('MessageChannel', Channel);
  ({ workSoon } = await import('../src/turns.js'));
});
afterAll(() => void vi.unstubAllGlobals());

/** Works for so many milliseconds. */
function spend(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

/** Lets turns pass until nothing more is to be done; what was done in each. */
function passTurns(done: string[]): readonly string[][] {
  const all: string[][] = [];
  for (let turn = turns.shift(); turn; turn = turns.shift()) {
    turn();
    all.push(done.splice(0));
  }
  return all;
}

it('works later, in the order in which it was asked, in turns that are short', () => {
  const done: string[] = [];
  for (const [name, milliseconds] of [['a', 10], ['b', 10], ['c', 0], ['d', 0]] as const) {
    workSoon(() => {
      spend(milliseconds);
      done.push(name);
    });
  }
  expect(done).toEqual([]);
  const all = passTurns(done);
  expect(all.slice(0, 2)).toEqual([['a'], ['b']]);
  expect(all.flat()).toEqual(['a', 'b', 'c', 'd']);
});

it('goes on after work that fails', () => {
  const done: string[] = [];
  workSoon(() => {
    throw new Error('broken');
  });
  workSoon(() => done.push('next'));
  expect(() => passTurns(done)).toThrow('broken');
  expect(passTurns(done)).toEqual([['next']]);
  workSoon(() => done.push('later'));
  expect(passTurns(done)).toEqual([['later']]);
});
