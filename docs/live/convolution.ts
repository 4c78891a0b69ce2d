import { conv2dForward } from '@convkit/kernels-gpu';
import { choice, element, Picture } from './elements.js';
import { FILTERS } from './filters.js';
import { refresher, type LiveExample } from './live-example.js';

/** One picture, one filter of 3 x 3 that can be edited, and what `conv2d_forward` makes of them. */
export const convolution: LiveExample = async (place, { device, pictures }) => {
  const [before, after] = [new Picture('the picture'), new Picture('what the filter makes of it')];
  const cells = FILTERS[0].values.map((value, i) =>
    element('input', { type: 'number', step: 0.1, value, 'aria-label': `row ${Math.floor(i / 3) + 1}, column ${(i % 3) + 1}`, input: () => void refresh() }),
  );
  const picture = choice('Picture', pictures.map(({ name }) => name), () => void refresh());
  const preset = choice('Filter', FILTERS.map(({ name }) => name), () => {
    for (const [i, value] of FILTERS[preset.index()].values.entries()) cells[i].value = String(value);
    void refresh();
  });
  const refresh = refresher(async () => {
    const { size, data } = pictures[picture.index()];
    using x = await device.upload([1, size, size, 1], data, 'x');
    using weight = await device.upload([3, 3, 1, 1], Float32Array.from(cells, (cell) => cell.valueAsNumber || 0), 'weight');
    using bias = await device.upload([1], new Float32Array(1), 'bias');
    using y = await device.run(conv2dForward, [x, weight, bias], { stride: [1, 1], padding: [0, 0, 0, 0], groups: 1 });
    before.draw(data, size, size, 1);
    after.draw((await device.download(y)).data, size - 2, size - 2);
  });
  place.replaceChildren(element('div', { class: 'controls' }, picture.field, preset.field), element('div', { class: 'pictures' }, before.figure, element('div', { class: 'filter' }, ...cells), after.figure));
  await refresh();
};
