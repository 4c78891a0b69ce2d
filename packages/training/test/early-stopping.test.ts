import type { PastEvaluation } from '@convkit/optim';
import { openHostDevice, RandomStream } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { bestCheckpoint, decodeCheckpoint, hashParameters, memoryCheckpointStore, stopsEarly, train, type EarlyStopping, type TrainingEvent } from '@convkit/training';
import { about, collect, evaluation, options } from './support/tiny.js';

const curve = (values: readonly number[]): PastEvaluation[] => values.map((value, i) => ({ step: 5 * (i + 1), epoch: i + 1, loss: 1 - value, top1: value }));
/** Judgements after which a run would be over, the first first. */
const stopsAt = (rule: EarlyStopping, values: readonly number[]) => values.findIndex((_, i) => stopsEarly(rule, curve(values.slice(0, i + 1))));

describe('stopsEarly', () => {
  it('acts on a real curve', () => {
    // Test accuracies of the CIFAR-10 net of 2012 every four epochs, at one rate.
    const values = [0.564, 0.65, 0.69, 0.71, 0.718, 0.73, 0.74, 0.738, 0.742, 0.753, 0.752, 0.757, 0.755, 0.765];
    expect(stopsAt({ patience: 0 }, values)).toBe(7);
    expect(stopsAt({ patience: 0, metric: 'loss' }, values)).toBe(7);
    expect(stopsAt({ patience: 1 }, values)).toBe(-1);
    expect(stopsAt({ patience: 1, threshold: 0.01 }, values)).toBe(7);
  });

  it('does as its definition says on any curve', () => {
    const draws = new RandomStream(5, 'curves').at();
    for (let i = 0; i < 300; i++) {
      const values = Array.from({ length: 12 }, () => (draws.integer(8) === 0 ? NaN : draws.integer(5) / 5));
      const patience = draws.integer(4);
      const threshold = draws.integer(2) / 10;
      let expected = -1;
      for (let at = 0, best = -1, since = 0; at < values.length && expected < 0; at++) {
        since = values[at] > best + threshold || (best === -1 && !Number.isNaN(values[at])) ? 0 : since + 1;
        if (since === 0) best = values[at];
        if (since > patience) expected = at;
      }
      expect(stopsAt({ patience, threshold }, values), String(values)).toBe(expected);
    }
  });
});

describe('a run with early stopping', () => {
  const run = (more: Partial<EarlyStopping>, store = memoryCheckpointStore()) => ({
    store,
    // Nothing is better than the first judgement by 1.
    options: options(openHostDevice(), { epochs: 10, evaluation, earlyStopping: { patience: 1, threshold: 1, ...more }, checkpoints: { store, best: 'top1', keep: 20, about } }),
  });

  it('ends, puts the best weights back, and leaves nothing on the device', async () => {
    const { store, options: given } = run({});
    const events = await collect(train(given));
    const judged = events.flatMap((event) => (event.type === 'evaluation' ? [event] : []));
    expect(judged.map(({ step }) => step)).toEqual([5, 10, 15, 15]);
    const best = Math.max(...judged.slice(0, 3).map(({ top1 }) => top1));
    const from = (judged.find(({ top1 }) => top1 === best) as { step: number }).step;
    expect(events.find(({ type }) => type === 'restored')).toEqual({ type: 'restored', step: 15, from });
    const saved = await decodeCheckpoint(await store.read(`step-${String(from).padStart(8, '0')}.safetensors`), 'saved');
    const done = events.at(-1);
    expect(done).toMatchObject({ type: 'done', reason: 'early-stop', steps: 15, evaluation: { top1: best }, weightsSha256: await hashParameters(saved.parameters) });
    expect((await bestCheckpoint(store)).progress).toMatchObject({ step: from, evaluations: judged.slice(0, from / 5).map(({ step }) => ({ step })) });
    expect(given.device.report().live()).toEqual([]);
    // The last weights are there, too, and going on from them is over at once.
    const start = await decodeCheckpoint(await store.read('step-00000015.safetensors'), 'saved');
    const again = await collect(train({ ...given, start }));
    expect(again.map(({ type }: TrainingEvent) => type).filter((type) => type !== 'evaluating')).toEqual(['evaluation', 'restored', 'evaluation', 'done']);
    expect(again.at(-1)).toMatchObject({ weightsSha256: (done as { weightsSha256: string }).weightsSha256 });
  });

  it('keeps the last weights when it is told to', async () => {
    const events = await collect(train(run({ restoreBest: false }).options));
    expect(events.map(({ type }) => type)).not.toContain('restored');
    expect(events.at(-1)).toMatchObject({ reason: 'early-stop', steps: 15 });
  });

  it('refuses rules that cannot be', async () => {
    const refused: [Partial<EarlyStopping>, string][] = [
      [{ patience: -1 }, 'earlyStopping: patience is -1, but must be a whole number of at least 0.'],
      [{ threshold: NaN }, 'earlyStopping: threshold is NaN, but must be at least 0.'],
      [{ metric: 'top5' as 'top1' }, 'earlyStopping: metric is "top5", but must be "top1" or "loss".'],
      [{ metric: 'loss', restoreBest: true }, 'earlyStopping: restoreBest needs checkpoints with best: "loss", from which the weights come.'],
    ];
    for (const [more, message] of refused) await expect(collect(train(run(more).options)), message).rejects.toThrow(message);
  });
});
