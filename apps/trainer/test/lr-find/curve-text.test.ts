import { expect, it } from 'vitest';
import { curveText } from '../../src/lr-find/curve-text.js';

const point = (rate: number, smoothed: number) => ({ step: 1, rate, loss: smoothed, smoothed });

it('draws columns as high as the loss, on a logarithmic scale, with a mark below', () => {
  const points = [2, 2, 1.5, 1, 8].map((smoothed, i) => point(10 ** (i - 3), smoothed));
  expect(curveText(points, 0.01, 5, 2)).toEqual(['loss 2.2', '▅▅  █', '██▇▁█', ' ▲ 0.01', '0.001 10']);
});

it('draws nothing of nothing, and no mark where there is none', () => {
  expect(curveText([], undefined)).toEqual([]);
  for (const marked of [undefined, 0.01]) expect(curveText([point(0.1, 2), point(0.2, 1)], marked, 3, 1)).toHaveLength(3);
});
