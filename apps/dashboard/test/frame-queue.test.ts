import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cancelDraw, drawSoon } from '../src/frame-queue.js';

let frames: (() => void)[];
beforeEach(() => {
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => frames.push(draw));
});
afterEach(() => void vi.unstubAllGlobals());

/** Lets frames pass until nothing more is to be drawn; what was drawn in each. */
function passFrames(drawn: string[]): readonly string[][] {
  const all: string[][] = [];
  for (let draw = frames.shift(); draw; draw = frames.shift()) {
    draw();
    all.push(drawn.splice(0));
  }
  return all;
}

it('draws one thing a frame, each once, as it was asked last', () => {
  const drawn: string[] = [];
  for (const owner of ['a', 'b', 'c']) drawSoon(owner, () => drawn.push(owner));
  drawSoon('a', () => drawn.push('a again'));
  cancelDraw('b');
  expect(drawn).toEqual([]);
  expect(passFrames(drawn)).toEqual([['a again'], ['c']]);
  drawSoon('b', () => drawn.push('b'));
  expect(passFrames(drawn)).toEqual([['b']]);
});

it('has a frame without anything to draw when all was forgotten, and goes on after a drawing that fails', () => {
  const drawn: string[] = [];
  drawSoon('a', () => drawn.push('a'));
  cancelDraw('a');
  expect(passFrames(drawn)).toEqual([[]]);
  drawSoon('a', () => {
    throw new Error('broken');
  });
  drawSoon('b', () => drawn.push('b'));
  expect(() => passFrames(drawn)).toThrow('broken');
  expect(passFrames(drawn)).toEqual([['b']]);
});
