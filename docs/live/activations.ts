import { conv2dForward, lrnForward, lrnScale, reluForward } from '@convkit/kernels-gpu';
import type { DeviceTensor } from '@convkit/tensor';
import { choice, element, Picture, slider } from './elements.js';
import { FILTERS } from './filters.js';
import { refresher, type LiveContext, type LiveExample } from './live-example.js';

const CHANNELS = 4;

/** Four channels of a convolution, the same after ReLU, and after response normalisation across them. */
export const activations: LiveExample = async (place, context) => {
  const { device, pictures } = context;
  const rows = ['after the convolution', 'after ReLU', 'after response normalisation'].map((name) => ({ name, channels: FILTERS.slice(0, CHANNELS).map((filter) => new Picture(filter.name)) }));
  const picture = choice('Picture', pictures.map(({ name }) => name), () => void refresh());
  const alpha = slider('Strength of the normalisation (alpha)', { min: 0, max: 2, step: 0.05, value: 0.5 }, () => void refresh());
  const refresh = refresher(async () => {
    using x = await convolve(context, picture.index());
    using y = await device.run(reluForward, [x], {});
    const attributes = { size: 5, alpha: alpha.value(), beta: 0.75, k: 1, groups: 1 };
    using scale = await device.run(lrnScale, [y], attributes);
    using z = await device.run(lrnForward, [y, scale], attributes);
    for (const [row, tensor] of [x, y, z].entries()) await drawChannels(context, tensor, rows[row].channels);
  });
  place.replaceChildren(
    element('div', { class: 'controls' }, picture.field, alpha.field),
    ...rows.flatMap(({ name, channels }) => [element('p', { class: 'step' }, name), element('div', { class: 'pictures small' }, ...channels.map(({ figure }) => figure))]),
  );
  await refresh();
};

/** The first filters on a picture: `[1, size - 2, size - 2, CHANNELS]`. */
async function convolve({ device, pictures }: LiveContext, index: number): Promise<DeviceTensor> {
  const { size, data } = pictures[index];
  const filters = FILTERS.slice(0, CHANNELS);
  // Weights are [row, column, input channel, output channel]: the filter is the last axis.
  const weights = Float32Array.from({ length: 9 * CHANNELS }, (_, i) => filters[i % CHANNELS].values[Math.floor(i / CHANNELS)]);
  using x = await device.upload([1, size, size, 1], data, 'x');
  using weight = await device.upload([3, 3, 1, CHANNELS], weights, 'weight');
  using bias = await device.upload([CHANNELS], new Float32Array(CHANNELS), 'bias');
  return await device.run(conv2dForward, [x, weight, bias], { stride: [1, 1], padding: [0, 0, 0, 0], groups: 1 });
}

async function drawChannels({ device }: LiveContext, tensor: DeviceTensor, channels: readonly Picture[]): Promise<void> {
  const { data, shape } = await device.download(tensor);
  for (const [c, channel] of channels.entries()) channel.draw(data.filter((_, i) => i % CHANNELS === c), shape[2], shape[1]);
}
