import { avgPoolForward, maxPoolForward, outputSize } from '@convkit/kernels-gpu';
import { choice, element, Picture, slider } from './elements.js';
import { refresher, type LiveExample } from './live-example.js';

/** A picture made smaller by the largest or the mean of windows that may overlap. */
export const pooling: LiveExample = async (place, { device, pictures }) => {
  const [before, after] = [new Picture('the picture'), new Picture('pooled')];
  const picture = choice('Picture', pictures.map(({ name }) => name), () => void refresh());
  const kind = choice('Take the', ['largest', 'mean'], () => void refresh());
  const window = slider('Window', { min: 1, max: 6, step: 1, value: 3 }, () => void refresh());
  const stride = slider('Stride', { min: 1, max: 6, step: 1, value: 2 }, () => void refresh());
  const refresh = refresher(async () => {
    const { size, data } = pictures[picture.index()];
    const attributes = { window: [window.value(), window.value()], stride: [stride.value(), stride.value()], padding: [0, 0, 0, 0] } as const;
    using x = await device.upload([1, size, size, 1], data, 'x');
    using y = await device.run(kind.index() === 0 ? maxPoolForward : avgPoolForward, [x], attributes);
    const pooled = outputSize(size, window.value(), stride.value(), 0, 0);
    before.draw(data, size, size, 1);
    after.caption = `${pooled} x ${pooled}: ${window.value() > stride.value() ? 'windows overlap' : window.value() < stride.value() ? 'windows leave pixels out' : 'windows touch'}`;
    after.draw((await device.download(y)).data, pooled, pooled, 1);
  });
  place.replaceChildren(element('div', { class: 'controls' }, picture.field, kind.field, window.field, stride.field), element('div', { class: 'pictures' }, before.figure, after.figure));
  await refresh();
};
