import { describe, expect, it } from 'vitest';
import { layerTimes, type PhaseTimes } from '../../src/bench/measure.js';

/** Times of a step on a machine that is so many times slower. */
function step(slower: number): PhaseTimes {
  const times = (row: Record<string, number>) => new Map(Object.entries(row).map(([name, ms]) => [name, ms * slower]));
  return { forward: times({ input: 1, conv1: 4, relu1: 2, loss: 3 }), backward: times({ conv1: 8, relu1: 2 }), update: times({ conv1: 6, fc2: 4 }) };
}

describe('layerTimes', () => {
  const costs = [
    { name: 'conv1', kind: 'conv2d', forward: 8e6, backward: 32e6 },
    { name: 'relu1', kind: 'relu', forward: 0, backward: 0 },
  ];

  it('takes medians, puts the update together, and shares out the whole', () => {
    const idle = { forwardGflops: null, backwardGflops: null };
    expect(layerTimes(costs, [step(1), step(50), step(0.5)])).toEqual([
      { name: 'input', kind: 'input', forwardMs: 1, backwardMs: 0, ...idle, share: 1 / 30 },
      { name: 'conv1', kind: 'conv2d', forwardMs: 4, backwardMs: 8, forwardGflops: 2, backwardGflops: 4, share: 12 / 30 },
      { name: 'relu1', kind: 'relu', forwardMs: 2, backwardMs: 2, ...idle, share: 4 / 30 },
      { name: 'loss', kind: 'loss', forwardMs: 3, backwardMs: 0, ...idle, share: 3 / 30 },
      { name: 'update', kind: 'update', forwardMs: 0, backwardMs: 10, ...idle, share: 10 / 30 },
    ]);
  });
});
