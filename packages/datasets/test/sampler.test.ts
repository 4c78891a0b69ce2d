import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { OptionError } from '@convkit/tensor';

import { Sampler } from '@convkit/datasets';

describe('Sampler', () => {
  it('gives every index once an epoch, for any sizes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(5), fc.boolean(), fc.boolean(), (length, batch, seed, epoch, shuffle, reshuffle) => {
        const sampler = new Sampler({ length, batch, seed, shuffle, reshuffle, keepPartial: true });
        expect(sampler.batchesPerEpoch).toBe(Math.ceil(length / batch));
        const seen: number[] = [];
        for (let b = 0; b < sampler.batchesPerEpoch; b++) {
          const got = sampler.at(epoch * sampler.batchesPerEpoch + b);
          expect([got.epoch, got.batch]).toEqual([epoch, b]);
          expect(got.indices.length).toBe(b < Math.floor(length / batch) ? batch : length % batch);
          seen.push(...got.indices);
        }
        expect(seen).toEqual([...sampler.order(epoch)]);
        expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
      }),
    );
  });

  it('drops the last partial batch unless told to keep it', () => {
    expect(new Sampler({ length: 10, batch: 4 }).batchesPerEpoch).toBe(2);
    const kept = new Sampler({ length: 10, batch: 4, keepPartial: true });
    expect(kept.batchesPerEpoch).toBe(3);
    expect(kept.at(2).indices.length).toBe(2);
    expect(kept.at(3)).toMatchObject({ epoch: 1, batch: 0 });
  });

  it('can start at any step: the answer does not depend on what was asked before', () => {
    const options = { length: 1000, batch: 32, seed: 11 };
    const run = new Sampler(options);
    const steps = Array.from({ length: 200 }, (_, step) => [...run.at(step).indices]);
    for (const step of [199, 0, 63, 62, 31, 30, 150]) expect([...new Sampler(options).at(step).indices]).toEqual(steps[step]);
  });

  it('has another order for another epoch and another seed, and the data set\'s own without shuffle', () => {
    const sampler = new Sampler({ length: 100, batch: 10, seed: 1 });
    const first = [...sampler.order(0)];
    expect([...sampler.order(1)]).not.toEqual(first);
    expect([...new Sampler({ length: 100, batch: 10, seed: 2 }).order(0)]).not.toEqual(first);
    expect([...new Sampler({ length: 100, batch: 10, shuffle: false }).order(3)]).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('has one order for all epochs without reshuffle, the first one of the seed', () => {
    const options = { length: 100, batch: 32, seed: 1 };
    const once = new Sampler({ ...options, reshuffle: false });
    const first = [...new Sampler(options).order(0)];
    for (const epoch of [5, 0, 1]) expect([...once.order(epoch)]).toEqual(first);
    expect(once.at(3 * 7 + 2)).toEqual({ epoch: 7, batch: 2, indices: Uint32Array.from(first.slice(64, 96)) });
    expect([...new Sampler({ ...options, seed: 2, reshuffle: false }).order(0)]).not.toEqual(first);
    expect([...new Sampler({ ...options, shuffle: false, reshuffle: false }).order(3)]).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  // A table of random permutations: (n - 1)/n times the usual sum is chi-square with (n - 1)^2 = 81 degrees of freedom; P(above 132) < 0.0003.
  it('puts every index at every place equally often', () => {
    const n = 10;
    const epochs = 20_000;
    const counts = new Float64Array(n * n);
    const sampler = new Sampler({ length: n, batch: 1, seed: 5 });
    for (let epoch = 0; epoch < epochs; epoch++) sampler.order(epoch).forEach((index, place) => counts[place * n + index]++);
    const expected = epochs / n;
    const chiSquare = ((n - 1) / n) * counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(132);
  });

  // All 24 orders of four, 500 times each expected: a chi-square of 23 degrees of freedom; P(above 53) < 0.0005.
  it('draws every order equally often', () => {
    const counts = new Map<string, number>();
    const sampler = new Sampler({ length: 4, batch: 1, seed: 6 });
    for (let epoch = 0; epoch < 12_000; epoch++) {
      const order = sampler.order(epoch).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect([...counts.values()].reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0)).toBeLessThan(53);
  });

  // Pairs of the 6 orders of three in one epoch and the next, 36 cells of 400, every epoch in one pair only: a chi-square of 35 degrees of freedom; P(above 70) < 0.0005.
  it('draws the order of an epoch without regard to the one before', () => {
    const counts = new Map<string, number>();
    const sampler = new Sampler({ length: 3, batch: 1, seed: 7 });
    for (let epoch = 0; epoch < 2 * 400 * 36; epoch += 2) {
      const pair = `${sampler.order(epoch).join('')} ${sampler.order(epoch + 1).join('')}`;
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    expect(counts.size).toBe(36);
    expect([...counts.values()].reduce((sum, count) => sum + (count - 400) ** 2 / 400, 0)).toBeLessThan(70);
  });

  it('keeps its orders from version to version, so that a run can be resumed by a later one', () => {
    expect([...new Sampler({ length: 12, batch: 4, seed: 2012 }).at(7).indices]).toMatchInlineSnapshot(`
      [
        11,
        6,
        2,
        7,
      ]
    `);
  });

  it('refuses what makes no batch', () => {
    expect(() => new Sampler({ length: 3, batch: 4 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: Sampler: batch is 4, but there are only 3 examples: no batch is ever full.
        help: use a batch of at most 3, or keepPartial.
        code: OPTION_INVALID]
    `);
    expect(() => new Sampler({ length: 0, batch: 4 })).toThrow(OptionError);
    expect(() => new Sampler({ length: 3, batch: 1.5 })).toThrow('Sampler: batch is 1.5, but must be a whole number of at least 1.');
    expect(() => new Sampler({ length: 3, batch: 1, seed: -1 })).toThrow(OptionError);
    expect(() => new Sampler({ length: 3, batch: 1 }).at(-1)).toThrow('Sampler: step is -1, but must be a whole number of at least 0.');
  });
});
