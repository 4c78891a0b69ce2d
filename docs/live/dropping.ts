import { dropout } from '@convkit/layers';
import { choice, element, Picture, slider } from './elements.js';
import { refresher, type LiveExample } from './live-example.js';

/** A picture through a dropout layer as in 2012: a new mask for every step, everything times `keep` in evaluation. */
export const dropping: LiveExample = async (place, { device, pictures }) => {
  const [training, evaluation] = [new Picture('training'), new Picture('evaluation')];
  let step = 0;
  const picture = choice('Picture', pictures.map(({ name }) => name), () => void refresh());
  const keep = slider('Keep', { min: 0.1, max: 1, step: 0.1, value: 0.5 }, () => void refresh());
  const next = element('button', { type: 'button', click: () => void (step++, refresh()) }, 'next step');
  const refresh = refresher(async () => {
    const { size, data } = pictures[picture.index()];
    const layer = dropout('drop', { keep: keep.value(), scaling: 'test' });
    using x = await device.upload([1, size * size], data, 'x');
    for (const [shown, mode] of [[training, { training: true, seed: 1, step }], [evaluation, { training: false }]] as const) {
      const { y, scratch } = await layer.forward({ device, x, donateX: false, parameters: {}, mode, wantTape: mode.training });
      shown.draw((await device.download(y)).data, size, size, 1);
      for (const tensor of [y, ...scratch]) if (tensor !== x) tensor[Symbol.dispose]();
    }
    training.caption = `training, step ${step}`;
  });
  place.replaceChildren(element('div', { class: 'controls' }, picture.field, keep.field, next), element('div', { class: 'pictures' }, training.figure, evaluation.figure));
  await refresh();
};
