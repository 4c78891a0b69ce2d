import { openHostDevice, type Device } from '@convkit/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import { activations } from '../docs/live/activations.js';
import { convolution } from '../docs/live/convolution.js';
import { descent, RingTrainer } from '../docs/live/descent.js';
import { dropping } from '../docs/live/dropping.js';
import type { ExamplePicture, LiveExample } from '../docs/live/live-example.js';
import { loss } from '../docs/live/loss.js';
import { pooling } from '../docs/live/pooling.js';

// Bright below the diagonal.
const picture: ExamplePicture = { name: 'corner', size: 8, data: Float32Array.from({ length: 64 }, (_, i) => Number(i % 8 < Math.floor(i / 8))) };
const flat: ExamplePicture = { name: 'flat', size: 8, data: new Float32Array(64).fill(0.5) };

let place: HTMLElement;
let device: Device;
beforeEach(() => {
  device = openHostDevice();
  place = document.createElement('div');
  document.body.replaceChildren(place);
});

function pixels(canvas: Element): number[] {
  const { width, height } = canvas as HTMLCanvasElement;
  return Array.from((canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height).data);
}

function enter(field: Element, value: string, event: string) {
  (field as HTMLInputElement).value = value;
  field.dispatchEvent(new Event(event));
}

describe.each<[string, LiveExample]>(Object.entries({ activations, convolution, descent, dropping, loss, pooling }))('%s', (_, example) => {
  it('shows something at once, names every control, and leaves nothing but its weights on the device', async () => {
    await example(place, { device, pictures: [picture, flat] });
    expect(place.textContent.length).toBeGreaterThan(0);
    for (const control of place.querySelectorAll<HTMLInputElement | HTMLSelectElement>('input, select')) expect(control.labels?.length || control.ariaLabel).toBeTruthy();
    // Three dense layers: weights, biases and their velocities.
    expect(device.report().tensors).toBe(example === descent ? 12 : 0);
  });
});

it('a convolution with the filter that does nothing shows the picture without its border', async () => {
  await convolution(place, { device, pictures: [picture, flat] });
  const cells = place.querySelectorAll('input');
  for (const [i, cell] of cells.entries()) enter(cell, i === 4 ? '1' : '0', 'input');
  const [, after] = place.querySelectorAll('canvas');
  const inside = Array.from({ length: 36 }, (_, i) => 255 * picture.data[8 * (Math.floor(i / 6) + 1) + (i % 6) + 1]);
  await expect.poll(() => pixels(after)).toEqual(inside.flatMap((grey) => [grey, grey, grey, 255]));
});

it('a flat picture has no edges', async () => {
  await convolution(place, { device, pictures: [flat] });
  expect(new Set(pixels(place.querySelectorAll('canvas')[1]))).toEqual(new Set([0, 255]));
});

it('pooling says what size comes out and whether windows overlap', async () => {
  await pooling(place, { device, pictures: [picture] });
  expect(place.textContent).toContain('3 x 3: windows overlap');
  enter(place.querySelectorAll('input')[1], '4', 'input');
  await expect.poll(() => place.textContent).toContain('2 x 2: windows leave pixels out');
});

it('the loss is that of softmax and cross-entropy', async () => {
  await loss(place, { device, pictures: [] });
  const logits = [1, 0, -1];
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  expect(place.querySelector('.loss')?.textContent).toBe(Math.log(sum / Math.exp(1)).toFixed(3));
  expect([...place.querySelectorAll('td:nth-child(3)')].map(({ textContent }) => textContent)).toEqual(logits.map((logit) => `${((100 * Math.exp(logit)) / sum).toFixed(1)} %`));
});

it('dropout shows another mask with the next step', async () => {
  await dropping(place, { device, pictures: [flat] });
  const [training, evaluation] = place.querySelectorAll('canvas');
  const [before, steady] = [pixels(training), pixels(evaluation)];
  place.querySelector('button')?.click();
  await expect.poll(() => pixels(training)).not.toEqual(before);
  expect(pixels(evaluation)).toEqual(steady);
});

it('a normalisation of strength 0 changes nothing', async () => {
  await activations(place, { device, pictures: [picture] });
  enter(place.querySelector('input')!, '0', 'input');
  const canvases = [...place.querySelectorAll('canvas')];
  await expect.poll(() => canvases.slice(8).map(pixels)).toEqual(canvases.slice(4, 8).map(pixels));
});

it('the rings are learnt at the rate that the page begins with', async () => {
  const trainer = new RingTrainer(device);
  await trainer.restart();
  for (let step = 0; step < 200; step++) await trainer.step(0.1, 0.9);
  expect(trainer.losses[0]).toBeGreaterThan(0.5);
  expect(trainer.losses[199]).toBeLessThan(0.1);
  expect(device.report().tensors).toBe(12);
});
