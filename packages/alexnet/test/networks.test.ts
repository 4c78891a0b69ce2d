import { buildNetwork, findNetwork, findRecipe, inputShape, networks } from '@convkit/alexnet';
import { summarise } from '@convkit/layers';
import { OptionError } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';

function summaryOf(name: string, classes = 1000) {
  const { design, recipe, defaults } = findNetwork(name);
  return summarise(buildNetwork(design, { classes }), [1, ...inputShape(recipe, defaults)]);
}

it.each(Object.values(networks))('$name has a recipe of its own, and takes the images it is meant for', ({ name, design, recipe, defaults }) => {
  expect(findNetwork(name).design).toBe(design);
  expect(findRecipe(recipe.name)).toBe(recipe);
  expect(recipe.network).toBe(design);
  expect(buildNetwork(design, defaults).outputShape([2, ...inputShape(recipe, defaults)])).toEqual([2, defaults.classes]);
  expect(new Set(Object.keys(design.layers))).toEqual(new Set(design.order));
});

it('answers an unknown network with the names there are', () => {
  expect(() => findNetwork('alexnet-2013')).toThrow(expect.objectContaining({ code: 'NAME_UNKNOWN', message: expect.stringContaining('alexnet-2012 or alexnet-2012-as-written') as string }));
});

it('an order that names an unknown layer is answered with those there are', () => {
  const { design } = findNetwork('cifar-19pct');
  expect(() => buildNetwork({ ...design, order: ['conv1', 'conv9'] }, { classes: 10 })).toThrowErrorMatchingInlineSnapshot(`
    [OptionError: cifar-19pct: the order names a layer "conv9", which is not described.
      help: described are conv1, pool1, relu1, conv2, relu2, pool2, conv3, relu3, pool3, fc10.
      code: NAME_UNKNOWN]
  `);
  expect(() => buildNetwork(design, { classes: 0 })).toThrow(OptionError);
});

// Parameters and multiply-adds of one image at 1,000 classes. The ImageNet nets: the fact sheet of the 2012 system, counted from the layers there.
// The CIFAR nets, at 10 classes: filters x inputs + biases, summed up by hand in the comments.
describe('counts', () => {
  it.each([
    ['alexnet-2012', 60_965_224, 724_406_816],
    ['alexnet-2012-as-written', 60_965_224, 724_406_816],
    ['alexnet-2012-half', 59_798_312, 391_514_384],
    ['alexnet-147', 60_965_224, 686_891_552],
    ['alexnet-148', 60_965_224, 724_406_816],
    ['alexnet-167', 60_965_224, 724_406_816],
    ['caffe-alexnet', 60_965_224, 724_406_816],
    ['caffenet', 60_965_224, 724_406_816],
    ['torchvision', 61_100_840, 714_188_480],
    ['cuda-convnet2-1gpu', 61_100_840, 714_188_480],
  ])('%s has %i parameters and %i multiply-adds', (name, parameters, multiplyAdds) => {
    expect(summaryOf(name)).toMatchObject({ parameters, multiplyAdds });
  });

  it.each([
    // 3·25·32+32 + 32·25·32+32 + 32·25·64+64 + 1024·10+10; 32²·32·75 + 16²·32·800 + 8²·64·800 + 10240
    ['cifar-19pct', 89_578, 12_298_240],
    ['cifar-18pct', 89_578, 12_298_240],
    // 4864 + 102464 + 36·(576·32+32) + 36·(288·32+32) + 1152·10+10; 24²·64·75 + 12²·64·1600 + 36·576·32 + 36·288·32 + 11520
    ['cifar-13pct', 1_116_490, 18_517_248],
    // 4864 + 102464 + 36·(576·64+64) + 36·(576·32+32) + 11530; 2764800 + 14745600 + 36·576·64 + 36·576·32 + 11520
    ['cifar-11pct', 2_112_970, 19_512_576],
  ])('%s has %i parameters and %i multiply-adds', (name, parameters, multiplyAdds) => {
    expect(summaryOf(name, 10)).toMatchObject({ parameters, multiplyAdds });
  });

  it.each(Object.keys(networks).filter((name) => findNetwork(name).defaults.size > 64 && !/half|torchvision|cuda/.test(name)))('%s costs the same in columns apart', (name) => {
    const { design, recipe, defaults } = findNetwork(name);
    const apart = summarise(buildNetwork({ ...design, columns: 'apart' }, { classes: 1000 }), [1, ...inputShape(recipe, defaults)]);
    const { parameters, multiplyAdds } = summaryOf(name);
    expect(apart).toMatchObject({ parameters, multiplyAdds });
  });

  it.each([
    ['alexnet-2012', { conv1: [34_944, 105_415_200], conv2: [307_456, 223_948_800], conv3: [885_120, 149_520_384], conv4: [663_936, 112_140_288], conv5: [442_624, 74_760_192], fc6: [37_752_832, 37_748_736], fc7: [16_781_312, 16_777_216], fc8: [4_097_000, 4_096_000] }],
    ['torchvision', { conv1: [23_296, 70_276_800], conv2: [307_392, 223_948_800], conv3: [663_936, 112_140_288], conv4: [884_992, 149_520_384], conv5: [590_080, 99_680_256], fc6: [37_752_832, 37_748_736], fc7: [16_781_312, 16_777_216], fc8: [4_097_000, 4_096_000] }],
  ])('%s, layer by layer', (name, expected) => {
    const rows = summaryOf(name).rows.filter(({ parameters }) => parameters > 0);
    expect(Object.fromEntries(rows.map((row) => [row.name, [row.parameters, row.multiplyAdds]]))).toEqual(expected);
  });
});

describe('sizes', () => {
  const sizesOf = (name: string, layers: readonly string[]) => {
    const { rows } = summaryOf(name);
    return layers.map((layer) => rows.find((row) => row.name === layer)?.output[1]);
  };
  const stages = ['conv1', 'pool1', 'conv2', 'pool2', 'conv3', 'conv4', 'conv5', 'pool5'];

  it.each([
    ['alexnet-2012', [55, 27, 27, 13, 13, 13, 13, 6]],
    ['alexnet-147', [55, 28, 26, 13, 13, 13, 11, 6]],
    ['caffe-alexnet', [55, 27, 27, 13, 13, 13, 13, 6]],
    ['torchvision', [55, 27, 27, 13, 13, 13, 13, 6]],
  ])('%s: %j', (name, expected) => {
    expect(sizesOf(name, stages)).toEqual(expected);
  });

  it.each([
    ['cifar-18pct', ['conv1', 'pool1', 'conv2', 'pool2', 'conv3', 'pool3'], [32, 16, 16, 8, 8, 4]],
    ['cifar-11pct', ['conv1', 'pool1', 'conv2', 'pool2', 'local3', 'local4'], [24, 12, 12, 6, 6, 6]],
  ])('%s', (name, layers, expected) => {
    expect(sizesOf(name, layers)).toEqual(expected);
  });
});

it.each([
  ['alexnet-2012', [0.01, 0.01, 0.03, 0.03, 0.03, 0.01, 0.01, 0.01], [0, 1, 0, 1, 1, 1, 1, 0]],
  ['alexnet-2012-as-written', [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01], [0, 1, 0, 1, 1, 1, 1, 0]],
  ['caffe-alexnet', [0.01, 0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.01], [0, 0.1, 0, 0.1, 0.1, 0.1, 0.1, 0]],
  ['cuda-convnet2-1gpu', [0.01, 0.01, 0.03, 0.03, 0.03, 0.01, 0.01, 0.01], [0, 1, 0, 1, 1, 1, 1, -7]],
])('%s begins with its weights and biases', (name, deviations, biases) => {
  const { design, recipe, defaults } = findNetwork(name);
  const narrow = (layer: string) => ({ [layer]: { ...design.layers[layer], outputs: 64 } as (typeof design.layers)[string] });
  const shrunk = { ...design, layers: { ...design.layers, ...narrow('fc6'), ...narrow('fc7') } };
  const parameters = buildNetwork(shrunk, { classes: 100 }).initialise([1, ...inputShape(recipe, defaults)], 7);
  const names = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5', 'fc6', 'fc7', 'fc8'];
  for (const [i, layer] of names.entries()) {
    const data = parameters.get(`${layer}.weight`)?.data ?? new Float32Array();
    const deviation = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
    expect(deviation / deviations[i], layer).toBeCloseTo(1, 1);
    expect(new Set(parameters.get(`${layer}.bias`)?.data), layer).toEqual(new Set([Math.fround(biases[i])]));
  }
});
