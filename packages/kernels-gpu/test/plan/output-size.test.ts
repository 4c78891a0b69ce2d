import { outputSize } from '@convkit/kernels-gpu';
import { expect, it } from 'vitest';

it('counts the places of AlexNet', () => {
  expect(outputSize(224, 11, 4, 0, 3)).toBe(55);
  expect(outputSize(55, 3, 2, 0, 0)).toBe(27);
  expect(outputSize(27, 5, 1, 2, 2)).toBe(27);
  expect(outputSize(27, 3, 2, 0, 0)).toBe(13);
  expect(outputSize(13, 3, 1, 1, 1)).toBe(13);
  expect(outputSize(13, 3, 2, 0, 0)).toBe(6);
});

it('leaves pixels out that fill no window', () => {
  expect(outputSize(54, 3, 2, 0, 0)).toBe(26);
});

it('is below 1 when nothing fits', () => {
  expect(outputSize(3, 5, 1, 0, 0)).toBe(-1);
});

it('counts the places one would find by trying', () => {
  for (let size = 1; size < 8; size++)
    for (let kernel = 1; kernel < 5; kernel++)
      for (let stride = 1; stride < 5; stride++)
        for (let before = 0; before < 3; before++)
          for (let after = 0; after < 3; after++) {
            const padded = size + before + after;
            if (padded < kernel) continue;
            let places = 0;
            for (let start = 0; start + kernel <= padded; start += stride) places++;
            expect(outputSize(size, kernel, stride, before, after)).toBe(places);
          }
});
