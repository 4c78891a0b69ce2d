import { openHostDevice, RandomStream } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { train, type Mistake } from '@convkit/training';
import { MistakeCounter } from '../src/mistakes.js';
import { collect, evaluation, options } from './support/tiny.js';

describe('MistakeCounter', () => {
  it('counts every pair of label and guess, and keeps the 24 worst', () => {
    const draws = new RandomStream(2, 'mistakes').at();
    const judged: Mistake[] = Array.from({ length: 500 }, (_, image) => ({ image, label: draws.integer(4), guess: draws.integer(4), loss: draws.uniform() }));
    const counter = new MistakeCounter();
    for (const one of judged) counter.add(one);
    const { confusion, worst } = counter.mistakes;
    for (const [label, guess, count] of confusion) expect(count).toBe(judged.filter((one) => one.label === label && one.guess === guess).length);
    expect(confusion.reduce((sum, [, , count]) => sum + count, 0)).toBe(500);
    expect(confusion.map(([, , count]) => count)).toEqual(confusion.map(([, , count]) => count).sort((a, b) => b - a));
    expect(worst).toEqual(judged.filter(({ label, guess }) => label !== guess).sort((a, b) => b.loss - a.loss).slice(0, 24));
  });

  it('keeps the most frequent pairs of many', () => {
    const counter = new MistakeCounter();
    for (let label = 0; label < 101; label++) for (let guess = 0; guess < 101; guess++) counter.add({ image: 0, label, guess, loss: 0 });
    counter.add({ image: 0, label: 100, guess: 100, loss: 0 });
    const { confusion } = counter.mistakes;
    expect(confusion).toHaveLength(10_000);
    expect(confusion[0]).toEqual([100, 100, 2]);
  });
});

describe('a run that tells mistakes and times of layers', () => {
  it('tells them around every judgement, and trains as without', async () => {
    const device = openHostDevice();
    const events = await collect(train(options(device, { steps: 7, evaluation, mistakes: true, layerTimes: true, magnitudes: true })));
    expect(events.map(({ type }) => type).filter((type) => type !== 'evaluating' && type !== 'step')).toEqual([
      ...['epoch', 'magnitudes', 'layers', 'evaluation', 'mistakes'],
      ...['magnitudes', 'layers', 'evaluation', 'mistakes', 'done'],
    ]);
    for (const event of events) {
      if (event.type === 'layers') {
        expect(event.layers.map(({ name }) => name)).toEqual(['conv1', 'relu1', 'lrn1', 'pool1', 'fc2', 'relu2', 'drop2', 'fc3']);
        for (const { name, forwardMs, backwardMs } of event.layers) expect([name, forwardMs > 0, backwardMs > 0]).toEqual([name, true, true]);
      }
      if (event.type !== 'mistakes') continue;
      const judged = events.find((other) => other.type === 'evaluation' && other.step === event.step) as { top1: number; images: number };
      const right = event.confusion.reduce((sum, [label, guess, count]) => (label === guess ? sum + count : sum), 0);
      expect(right / judged.images).toBeCloseTo(judged.top1, 12);
      expect(event.worst).toHaveLength(judged.images - right);
      for (const { image, label } of event.worst) {
        const at = image < 4 ? await evaluation.batch(0) : await evaluation.batch(1);
        expect(at?.labels[image < 4 ? image : image - 4]).toBe(label);
      }
    }
    expect(device.report().live()).toEqual([]);
    const plain = await collect(train(options(openHostDevice(), { steps: 7, evaluation })));
    expect(events.at(-1)).toMatchObject({ weightsSha256: (plain.at(-1) as { weightsSha256: string }).weightsSha256 });
  });
});
