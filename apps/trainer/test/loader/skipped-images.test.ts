import { ConvkitError } from '@convkit/tensor';
import { describe, expect, it, vi } from 'vitest';
import { SkippedImages } from '../../src/loader/skipped-images.js';

const example = (index: number) => ({ index, name: `cat/${index}.jpg`, reason: `cat/${index}.jpg: no good image.` });
const limited = (max: number, train = 1_204, test = 80) => {
  const skipped = new SkippedImages();
  skipped.limit(max, { train, test });
  return skipped;
};
const skip = (skipped: SkippedImages, part: 'train' | 'test', count: number) => {
  for (let i = 0; i < count; i++) skipped[part](example(i));
};

describe('skipped images', () => {
  it('are told once each, what came before somebody listened too', () => {
    const skipped = new SkippedImages();
    const told: string[] = [];
    skipped.train(example(3));
    skipped.train(example(3));
    skipped.listen((message) => told.push(message));
    skipped.test(example(3));
    skipped.test(example(3));
    expect(told).toEqual(['training image skipped, the next one takes its place (1 so far): cat/3.jpg: no good image.', 'test image left out of the evaluation (1 so far): cat/3.jpg: no good image.']);
  });

  it.each([
    ['so many', 2, 1_204, 2],
    ['none', 0, 1_204, 0],
    ['a part', 0.05, 1_204, 60],
    ['a part of few images, but ten at least', 0.001, 1_204, 10],
    ['a part of no more than there are', 0.5, 4, 4],
  ])('may be %s', (_, max, images, most) => {
    const skipped = limited(max, images);
    skip(skipped, 'train', most);
    expect(skipped.excess).toBeUndefined();
    if (most < images) expect(() => skipped.train(example(most))).toThrow(ConvkitError);
  });

  it('are an error with count, share, names and cure when there are more than may be, in each part by itself', () => {
    const skipped = limited(0.001);
    skip(skipped, 'train', 10);
    skip(skipped, 'test', 10);
    expect(() => skipped.train(example(10))).toThrow('11 of 1,204 training images cannot be read (0.9136 %), and 10 may be skipped: cat/0.jpg, cat/1.jpg, cat/2.jpg, …');
    expect(skipped.excess).toMatchObject({ code: 'IMAGES_UNREADABLE', help: expect.stringMatching(/^mend or remove them \(.*data inspect reads every image\), or raise --max-skipped/) as string });
    expect(() => skip(limited(1), 'test', 2)).toThrow('2 of 80 test images cannot be read (2.5 %), and 1 may be skipped: cat/0.jpg, cat/1.jpg');
  });

  it('ask who listens to stop, once, and go on being told', () => {
    const skipped = limited(1);
    const [tell, stop] = [vi.fn(), vi.fn()];
    skipped.listen(tell, stop);
    skip(skipped, 'train', 1);
    expect(stop).not.toHaveBeenCalled();
    for (let i = 1; i < 4; i++) skipped.train(example(i));
    expect(stop).toHaveBeenCalledTimes(1);
    expect(tell).toHaveBeenCalledTimes(4);
    expect(skipped.excess?.summary).toContain('2 of 1,204');
    const late = vi.fn();
    skipped.listen(tell, late);
    expect(late).toHaveBeenCalledTimes(1);
  });
});
