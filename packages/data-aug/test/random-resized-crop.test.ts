import { describe, expect, it } from 'vitest';

import { RandomStream, type RandomDraws } from '@convkit/tensor';

import { crop, randomResizedCrop, resize, type Box, type ImageSize } from '@convkit/data-aug';
import { image } from './images.js';
import { correlation, kolmogorov, smirnov } from './statistics.js';

function boxes(count: number, size: ImageSize, options = {}): Box[] {
  const stream = new RandomStream(9, 'resized crop');
  const transform = randomResizedCrop(224, options);
  return Array.from({ length: count }, (_, i) => transform.draw(size, stream.at(0, i)));
}

/** The draws of torchvision, with exponential and logarithm where the package takes roots, and with other random numbers. */
function naive({ width, height }: ImageSize, scale: readonly [number, number], ratio: readonly [number, number], draws: RandomDraws): Box {
  const between = (low: number, high: number) => low + (high - low) * draws.uniform();
  for (let i = 0; i < 10; i++) {
    const area = between(...scale) * width * height;
    const shape = Math.exp(between(Math.log(ratio[0]), Math.log(ratio[1])));
    const w = Math.round(Math.sqrt(area * shape));
    const h = Math.round(Math.sqrt(area / shape));
    if (w > 0 && w <= width && h > 0 && h <= height) return { y: draws.integer(height - h + 1), x: draws.integer(width - w + 1), width: w, height: h };
  }
  return { y: -1, x: -1, width: 0, height: 0 };
}

describe('randomResizedCrop', () => {
  // So large an image that rounding to pixels does not show; with at most half of the area and 4/3 every part fits (its sides are at most 0.82 of the image's), so no draw is rejected.
  // A correlation of n independent pairs has a standard deviation of 1 / sqrt(n) = 0.007; 0.03 is four of them.
  it('draws area uniformly, ratio uniformly on the logarithmic scale, and the place uniformly, each apart', () => {
    const side = 1_000_000;
    const drawn = boxes(20_000, { width: side, height: side }, { scale: [0.08, 0.5] });
    const areas = drawn.map(({ width, height }) => (width * height) / side ** 2);
    const shapes = drawn.map(({ width, height }) => Math.log(width / height));
    const ys = drawn.map(({ y, height }) => y / (side - height));
    const xs = drawn.map(({ x, width }) => x / (side - width));
    expect(kolmogorov(areas, (area) => (area - 0.08) / 0.42)).toBeLessThan(2);
    expect(kolmogorov(shapes, (shape) => (shape / Math.log(4 / 3) + 1) / 2)).toBeLessThan(2);
    expect(kolmogorov(ys, (y) => y)).toBeLessThan(2);
    expect(kolmogorov(xs, (x) => x)).toBeLessThan(2);
    const all = [areas, shapes, ys, xs];
    for (let i = 0; i < 4; i++) for (let j = 0; j < i; j++) expect(Math.abs(correlation(all[i], all[j]))).toBeLessThan(0.03);
    expect(Math.min(...areas)).toBeGreaterThan(0.0799);
    expect(Math.max(...areas)).toBeLessThan(0.5001);
  });

  // Statistics of Smirnov for 20,000 against 20,000 draws.
  it.each([
    { width: 256, height: 256 },
    { width: 500, height: 333 },
  ])('follows the law of torchvision where large parts do not fit: $width x $height', (size) => {
    const drawn = boxes(20_000, size);
    const stream = new RandomStream(10, 'naive');
    const other = drawn.map((_, i) => naive(size, [0.08, 1], [3 / 4, 4 / 3], stream.at(0, i)));
    for (const of of [(box: Box) => box.width * box.height, (box: Box) => box.width / box.height, (box: Box) => box.y, (box: Box) => box.x]) {
      expect(smirnov(drawn.map(of), other.map(of))).toBeLessThan(2);
    }
    for (const { y, x, width, height } of drawn) expect(y >= 0 && x >= 0 && y + height <= size.height && x + width <= size.width).toBe(true);
  });

  // Of 5,000 draws a share p has a standard deviation of sqrt(p (1 - p) / 5000) < 0.0071; the bound is four of them.
  it('takes the largest centred part within the ratios when ten tries do not fit, as often as that happens', () => {
    const size = { width: 600, height: 100 };
    let fits = 0;
    const steps = 1000;
    for (let i = 0; i < steps; i++) {
      for (let j = 0; j < steps; j++) {
        const area = (0.08 + (0.92 * (i + 0.5)) / steps) * 60_000;
        const shape = Math.exp(Math.log(4 / 3) * ((2 * (j + 0.5)) / steps - 1));
        if (Math.sqrt(area * shape) < 600.5 && Math.sqrt(area / shape) < 100.5) fits++;
      }
    }
    const expected = (1 - fits / steps ** 2) ** 10;
    expect(expected).toBeGreaterThan(0.1);
    const fallback = JSON.stringify({ y: 0, x: 233, height: 100, width: 133 });
    const share = boxes(5000, size).filter((box) => JSON.stringify(box) === fallback).length / 5000;
    expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / 5000));
  });

  it('then keeps the whole of what it can: all of a tall, a wide and a fitting image', () => {
    const all = { scale: [1, 1] } as const;
    const only = (size: ImageSize, ratio: readonly [number, number]) => boxes(1, size, { ...all, ratio })[0];
    expect(only({ width: 30, height: 100 }, [3 / 4, 4 / 3])).toEqual({ y: 30, x: 0, width: 30, height: 40 });
    expect(only({ width: 101, height: 30 }, [3 / 4, 4 / 3])).toEqual({ y: 0, x: 30, width: 40, height: 30 });
    expect(only({ width: 40, height: 39 }, [39 / 40, 39 / 40])).toEqual({ y: 0, x: 1, width: 38, height: 39 });
    expect(only({ width: 3, height: 1 }, [100, 100])).toEqual({ y: 0, x: 0, width: 3, height: 1 });
  });

  it('cuts the part out and resizes it', () => {
    const whole = image(20, 16, 3);
    const box = { y: 3, x: 4, width: 10, height: 7 };
    expect(randomResizedCrop(12).apply(whole, box)).toEqual(resize(crop(whole, box), 12));
    expect(randomResizedCrop({ width: 5, height: 9 }).apply(whole, box)).toMatchObject({ width: 5, height: 9, channels: 3 });
  });

  it('keeps its draws from version to version, so that a run can be resumed by a later one', () => {
    expect(boxes(3, { width: 500, height: 375 })).toMatchInlineSnapshot(`
      [
        {
          "height": 359,
          "width": 395,
          "x": 2,
          "y": 10,
        },
        {
          "height": 285,
          "width": 221,
          "x": 204,
          "y": 62,
        },
        {
          "height": 330,
          "width": 371,
          "x": 127,
          "y": 38,
        },
      ]
    `);
  });

  it('refuses what is no range', () => {
    expect(() => randomResizedCrop(0)).toThrow('randomResizedCrop: size is 0x0, but must be made of whole numbers of at least 1.');
    expect(() => randomResizedCrop(2, { scale: [0.5, 1.5] })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: randomResizedCrop: scale is from 0.5 to 1.5, but must be a range of numbers above 0, up to 1, the smaller first.
        code: OPTION_INVALID]
    `);
    expect(() => randomResizedCrop(2, { ratio: [2, 1] })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: randomResizedCrop: ratio is from 2 to 1, but must be a range of numbers above 0, the smaller first.
        code: OPTION_INVALID]
    `);
    for (const ratio of [[0, 1], [Number.NaN, 1], [1, Number.NaN], [1, Infinity]] as const) expect(() => randomResizedCrop(2, { ratio })).toThrow('randomResizedCrop: ratio is from');
  });
});
