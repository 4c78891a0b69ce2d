import { Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { limitBatches, limitEvaluation, repeatBatches, type BatchSource, type EvaluationSource } from '@convkit/training';

/** Batches that say where they are from. */
const source: BatchSource = {
  batchesPerEpoch: 5,
  batch: async (epoch, index) => ({ x: Tensor.from([1, 2], [epoch, index]), targets: Tensor.zeros([1, 2]) }),
};

/** The places of the underlying source that a wrapped one shows in three epochs. */
async function placesOf({ batchesPerEpoch, batch }: BatchSource): Promise<string[]> {
  const places: string[] = [];
  for (let step = 0; step < 3 * batchesPerEpoch; step++) places.push((await batch(Math.floor(step / batchesPerEpoch), step % batchesPerEpoch)).x.data.join('.'));
  return places;
}

describe('limitBatches', () => {
  it('shows the first batches of every epoch', async () => {
    expect(await placesOf(limitBatches(source, 2))).toEqual(['0.0', '0.1', '1.0', '1.1', '2.0', '2.1']);
  });

  it('changes nothing where there are no more', async () => {
    for (const batches of [5, 6]) expect(await placesOf(limitBatches(source, batches))).toEqual(await placesOf(source));
  });
});

describe('repeatBatches', () => {
  it('shows the first batches of epoch 0 again and again, in epochs as long as before', async () => {
    const epoch = ['0.0', '0.1', '0.0', '0.1', '0.0'];
    expect(await placesOf(repeatBatches(source, 2))).toEqual([...epoch, ...epoch, ...epoch]);
    expect((await placesOf(repeatBatches(source, 7))).slice(5, 10)).toEqual(['0.0', '0.1', '0.2', '0.3', '0.4']);
  });
});

describe('limitEvaluation', () => {
  const judged: EvaluationSource = { images: 95, batches: 10, views: 2, batch: async (index) => (index === 5 ? undefined : { x: Tensor.zeros([20, 1]), labels: [index] }) };
  const labelsOf = async (limited: EvaluationSource) => {
    const labels: (number | undefined)[] = [];
    for (let i = 0; i < limited.batches; i++) labels.push((await limited.batch(i))?.labels[0]);
    return labels;
  };

  it('takes batches that are evenly spread over all', async () => {
    const limited = limitEvaluation(judged, 4);
    expect(limited).toMatchObject({ images: 38, batches: 4, views: 2 });
    expect(await labelsOf(limited)).toEqual([0, 2, undefined, 7]);
  });

  it('changes nothing where there are no more', async () => {
    for (const batches of [10, 99]) {
      const limited = limitEvaluation(judged, batches);
      expect(limited).toMatchObject({ images: 95, batches: 10 });
      expect(await labelsOf(limited)).toEqual([0, 1, 2, 3, 4, undefined, 6, 7, 8, 9]);
    }
  });
});

it.each([0, -1, 1.5, NaN, Infinity])('%s batches are refused', (batches) => {
  const evaluation: EvaluationSource = { images: 1, batches: 1, views: 1, batch: async () => undefined };
  for (const [name, limit] of [['limitBatches', () => limitBatches(source, batches)], ['repeatBatches', () => repeatBatches(source, batches)], ['limitEvaluation', () => limitEvaluation(evaluation, batches)]] as const) {
    expect(limit).toThrow(expect.objectContaining({ code: 'OPTION_INVALID', summary: `${name}: batches is ${batches}, but must be a whole number of at least 1.` }));
  }
});
