import { expect, it } from 'vitest';
import { Sequential, conv2d, dense, dropout, formatSummary, lrn, maxPool, relu, summarise } from '@convkit/layers';

const net = new Sequential([
  conv2d('conv1', { outputs: 96, kernelSize: 11, stride: 4, rounding: 'ceil' }),
  relu('relu1'),
  lrn('norm1', { size: 5, alpha: 1e-4, divideAlphaBySize: true, beta: 0.75, k: 2 }),
  maxPool('pool1', { window: 3, stride: 2 }),
  dense('fc1', { outputs: 10 }),
  dropout('drop1', { keep: 0.5, scaling: 'test' }),
]);

it('counts parameters, multiply-adds and bytes, and adds them up', () => {
  const summary = summarise(net, [1, 224, 224, 3]);
  expect(summary.rows.map(({ name, parameters, multiplyAdds, bytesKept }) => [name, parameters, multiplyAdds, bytesKept])).toEqual([
    ['input', 0, 0, 4 * 150_528],
    ['conv1', 34_944, 105_415_200, 0],
    ['relu1', 0, 0, 4 * 290_400],
    ['norm1', 0, 0, 4 * 2 * 290_400],
    ['pool1', 0, 0, 4 * 69_984],
    ['fc1', 699_850, 699_840, 0],
    ['drop1', 0, 0, 40],
  ]);
  expect(summary.parameters).toBe(734_794);
  expect(summary.multiplyAdds).toBe(106_115_040);
  expect(summary.bytesKept).toBe(4 * (150_528 + 3 * 290_400 + 69_984) + 40);
});

it('costs for a batch what a batch costs', () => {
  const one = summarise(net, [1, 224, 224, 3]);
  const many = summarise(net, [128, 224, 224, 3]);
  expect(many).toMatchObject({ parameters: one.parameters, multiplyAdds: 128 * one.multiplyAdds, bytesKept: 128 * one.bytesKept });
});

it('prints a table', () => {
  expect(`\n${formatSummary(summarise(net, [1, 224, 224, 3]))}\n`).toMatchInlineSnapshot(`
    "
    layer  kind     output            parameters  multiply-adds  bytes kept
    -----------------------------------------------------------------------
    input  input    [1, 224, 224, 3]           0              0     602,112
    conv1  conv2d   [1, 55, 55, 96]       34,944    105,415,200           0
    relu1  relu     [1, 55, 55, 96]            0              0   1,161,600
    norm1  lrn      [1, 55, 55, 96]            0              0   2,323,200
    pool1  maxPool  [1, 27, 27, 96]            0              0     279,936
    fc1    dense    [1, 10]              699,850        699,840           0
    drop1  dropout  [1, 10]                    0              0          40
    -----------------------------------------------------------------------
    total                                734,794    106,115,040   4,366,888
    "
  `);
});
