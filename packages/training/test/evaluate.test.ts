import { Sequential, dense } from '@convkit/layers';
import { Tensor, openHostDevice, type Device } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { evaluate, type Evaluation, type EvaluationBatch } from '@convkit/training';

/** A network whose logits are its input. */
async function judge(batches: readonly [EvaluationBatch, ...(EvaluationBatch | undefined)[]], views: number): Promise<Evaluation[]> {
  const device: Device = openHostDevice();
  const classes = batches[0].x.shape[1];
  const network = new Sequential([dense('fc', { outputs: classes })]);
  const weight = Tensor.zeros([classes, classes]);
  for (let c = 0; c < classes; c++) weight.data[c * classes + c] = 1;
  const parameters = new Map([
    ['fc.weight', await device.upload(weight.shape, weight.data, 'w')],
    ['fc.bias', await device.upload([classes], new Float32Array(classes), 'b')],
  ]);
  const images = batches.reduce((sum, batch) => sum + (batch?.labels.length ?? 0), 0);
  const results: Evaluation[] = [];
  for await (const result of evaluate({ device, network, parameters, source: { images, batches: batches.length, views, batch: async (i) => batches[i] } })) results.push(result);
  expect(device.report().tensors).toBe(2);
  return results;
}

const logits = (...rows: number[][]) => Tensor.from([rows.length, rows[0].length], rows.flat());
const softmax = (row: number[]) => {
  const sum = row.reduce((total, z) => total + Math.exp(z), 0);
  return row.map((z) => Math.exp(z) / sum);
};

describe('evaluate', () => {
  it('gives loss and accuracies by their formulas, batch by batch', async () => {
    const rows = [[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], [0, 3, 0, 0, 1, 2]];
    const labels = [0, 0, 4];
    const results = await judge([{ x: logits(rows[0], rows[1]), labels: labels.slice(0, 2) }, { x: logits(rows[2]), labels: [4] }], 1);
    const losses = rows.map((row, i) => -Math.log(softmax(row)[labels[i]]));
    expect(results[0]).toEqual({ loss: expect.closeTo((losses[0] + losses[1]) / 2, 6) as number, top1: 1 / 2, top5: 1 / 2, images: 2 });
    expect(results[1]).toEqual({ loss: expect.closeTo((losses[0] + losses[1] + losses[2]) / 3, 6) as number, top1: 1 / 3, top5: 2 / 3, images: 3 });
  });

  it('passes over batches of which nothing can be read', async () => {
    const one = { x: logits([0, 1]), labels: [1] };
    const two = { x: logits([3, 1]), labels: [1] };
    expect(await judge([one, undefined, two, undefined], 1)).toEqual(await judge([one, two], 1));
  });

  it('averages the softmax outputs of the views, not their logits', async () => {
    // By mean logit class 1 would win (mean 0.5 against 0), by mean probability class 0 does.
    const views = [[4, 0, 0], [-4, 1, 0]];
    const mean = softmax(views[0]).map((p, c) => (p + softmax(views[1])[c]) / 2);
    const [result] = await judge([{ x: logits(...views), labels: [0] }], 2);
    expect(result).toEqual({ loss: expect.closeTo(-Math.log(mean[0]), 6) as number, top1: 1, top5: 1, images: 1 });
  });

  it('keeps the views of a sample together', async () => {
    const [result] = await judge([{ x: logits([5, 0], [5, 0], [0, 5], [0, 5]), labels: [0, 1] }], 2);
    expect(result.top1).toBe(1);
  });

  it('shares what there is to gain among classes that tie, as in 2012', async () => {
    const cases: [row: number[], top1: number, top5: number][] = [
      [[1, 1, 1], 1 / 3, 1],
      [[1, 1, 0, 0, 0, 0], 1 / 2, 1],
      [[1, 2, 1], 0, 1],
      [[0, 0, 0, 0, 0, 0, 0, 0], 1 / 8, 5 / 8],
      // Three are better, and two places are left for four.
      [[0, 1, 2, 3, 0, 0, 0, -1], 0, 2 / 4],
      [[0, 1, 2, 3, 4, 0, 0, 0], 0, 1 / 4],
      [[0, 1, 2, 3, 4, 5, 0, 0], 0, 0],
    ];
    for (const [row, top1, top5] of cases) expect((await judge([{ x: logits(row), labels: [0] }], 1))[0]).toMatchObject({ top1, top5 });
    const [both] = await judge([{ x: logits([1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]), labels: [0, 3] }], 1);
    expect(both).toMatchObject({ top1: (1 / 2 + 1 / 6) / 2, top5: (1 + 5 / 6) / 2 });
  });

  it('gives no credit for NaN, be it of the right class or of another', async () => {
    expect((await judge([{ x: logits([NaN, 0, 0, 0, 0, 0]), labels: [0] }], 1))[0]).toMatchObject({ top1: 0, top5: 0, loss: NaN });
    expect((await judge([{ x: logits([NaN, 0, 0, 0, 0, 0]), labels: [1] }], 1))[0]).toMatchObject({ top1: 0, top5: 0, loss: NaN });
    // Fewer than five classes leave places over, which nobody gets.
    expect((await judge([{ x: logits([NaN, NaN, NaN]), labels: [0] }], 1))[0]).toMatchObject({ top1: 0, top5: 0, loss: NaN });
  });

  it('stays finite where a probability is too small for a number', async () => {
    const [result] = await judge([{ x: logits([0, 2000]), labels: [0] }], 1);
    expect(result).toMatchObject({ loss: 2000, top1: 0 });
  });

  it('refuses labels that are not as many as the samples', async () => {
    await expect(judge([{ x: logits([1, 0], [0, 1]), labels: [0] }], 1)).rejects.toThrow('batch 0 has 1 labels and 1 views of each, but the network gives [2, 2]');
  });
});
