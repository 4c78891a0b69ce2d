import { alexnet, alexnet2012, alexnet2012Design } from '@convkit/alexnet';
import { summarise } from '@convkit/layers';
import { OptionError } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';

describe('alexnet2012', () => {
  const summary = summarise(alexnet2012(), [1, 224, 224, 3]);
  const row = (name: string) => summary.rows.find((layer) => layer.name === name);

  it('has 60,965,224 parameters and 724,406,816 multiply-adds an image', () => {
    expect(summary.parameters).toBe(60_965_224);
    expect(summary.multiplyAdds).toBe(724_406_816);
  });

  it('has the sizes 55-27-27-13-13-13-13-6-9216', () => {
    const shapes = ['conv1', 'pool1', 'conv2', 'pool2', 'conv3', 'conv4', 'conv5', 'pool5'].map((name) => row(name)?.output);
    expect(shapes).toEqual([
      [1, 55, 55, 96],
      [1, 27, 27, 96],
      [1, 27, 27, 256],
      [1, 13, 13, 256],
      [1, 13, 13, 384],
      [1, 13, 13, 384],
      [1, 13, 13, 256],
      [1, 6, 6, 256],
    ]);
    expect(alexnet2012().parameterSpecs([1, 224, 224, 3]).find(({ name }) => name === 'fc6.weight')?.shape).toEqual([9216, 4096]);
  });

  it.each([
    ['conv1', 34_944, 105_415_200],
    ['conv2', 307_456, 223_948_800],
    ['conv3', 885_120, 149_520_384],
    ['conv4', 663_936, 112_140_288],
    ['conv5', 442_624, 74_760_192],
    ['fc6', 37_752_832, 37_748_736],
    ['fc7', 16_781_312, 16_777_216],
    ['fc8', 4_097_000, 4_096_000],
  ])('%s has %i parameters and %i multiply-adds', (name, parameters, multiplyAdds) => {
    expect(row(name)).toMatchObject({ parameters, multiplyAdds });
  });

  it('begins with the weights and biases of the code of 2012', () => {
    const shrunk = alexnet({ ...alexnet2012Design, hidden: [{ ...alexnet2012Design.hidden[0], outputs: 64 }, { ...alexnet2012Design.hidden[1], outputs: 64 }] }, { classes: 100 });
    const parameters = shrunk.initialise([1, 224, 224, 3], 7);
    const deviationOf = (name: string) => {
      const data = parameters.get(`${name}.weight`)?.data ?? new Float32Array();
      return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
    };
    const names = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5', 'fc6', 'fc7', 'fc8'];
    const expected = [0.01, 0.01, 0.03, 0.03, 0.03, 0.01, 0.01, 0.01];
    for (const [i, name] of names.entries()) expect(deviationOf(name) / expected[i], name).toBeCloseTo(1, 1);
    const biases = names.map((name) => [...new Set(parameters.get(`${name}.bias`)?.data)]);
    expect(biases).toEqual([[0], [1], [0], [1], [1], [1], [1], [0]]);
  });

  it('takes another number of classes, and refuses none', () => {
    expect(alexnet2012({ classes: 10 }).outputShape([2, 224, 224, 3])).toEqual([2, 10]);
    expect(() => alexnet2012({ classes: 0 })).toThrow(OptionError);
  });
});

describe('alexnet', () => {
  it('puts the normalisation of the first block where the design says', () => {
    const first = (firstBlock: 'norm-pool-relu' | 'relu-norm-pool') => alexnet({ ...alexnet2012Design, firstBlock }, { classes: 10 }).layers.slice(1, 4).map(({ name }) => name);
    expect(first('norm-pool-relu')).toEqual(['norm1', 'pool1', 'relu1']);
    expect(first('relu-norm-pool')).toEqual(['relu1', 'norm1', 'pool1']);
  });
});
