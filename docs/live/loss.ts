import { softmaxCrossEntropy } from '@convkit/layers';
import { choice, element, slider } from './elements.js';
import { refresher, type LiveExample } from './live-example.js';

const CLASSES = ['boot', 'sandal', 'bag'];

/** Three logits and a right class: probabilities, loss, and the gradient that pulls at each logit. */
export const loss: LiveExample = async (place, { device }) => {
  const label = choice('The picture shows a', CLASSES, () => void refresh());
  const logits = CLASSES.map((name, i) => slider(`Logit of ${name}`, { min: -4, max: 4, step: 0.1, value: 1 - i }, () => void refresh()));
  const rows = CLASSES.map(() => ({ probability: element('meter', { min: 0, max: 1 }), text: element('td'), gradient: element('td') }));
  const total = element('output', { class: 'loss' });
  const refresh = refresher(async () => {
    using z = await device.upload([1, CLASSES.length], Float32Array.from(logits, (logit) => logit.value()), 'logits');
    using targets = await device.upload([1, CLASSES.length], Float32Array.from(CLASSES, (_, c) => Number(c === label.index())), 'targets');
    using pass = await softmaxCrossEntropy(device, z, targets);
    using dlogits = await pass.backward();
    const gradient = (await device.download(dlogits)).data;
    for (const [c, { probability, text, gradient: cell }] of rows.entries()) {
      // The gradient of the loss by a logit is its probability, minus 1 for the right class.
      const part = gradient[c] + Number(c === label.index());
      probability.value = part;
      text.textContent = `${(100 * part).toFixed(1)} %`;
      cell.textContent = gradient[c].toFixed(3);
    }
    total.textContent = (await device.download(pass.losses)).data[0].toFixed(3);
  });
  place.replaceChildren(
    element('div', { class: 'controls' }, label.field, ...logits.map(({ field }) => field)),
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...['class', 'probability', 'gradient'].map((title) => element('th', { scope: 'col', colspan: title === 'probability' ? 2 : 1 }, title)))),
      element('tbody', {}, ...rows.map(({ probability, text, gradient }, c) => element('tr', {}, element('th', { scope: 'row' }, CLASSES[c]), element('td', {}, probability), text, gradient))),
    ),
    element('p', {}, 'Loss: ', total),
  );
  await refresh();
};
