/** The examples that run in the pages of the documentation: each place with `data-live="NAME"` becomes one. They compute on the reference device, which needs nothing of a page. */
import { openHostDevice } from '@convkit/tensor';
import { activations } from './activations.js';
import { convolution } from './convolution.js';
import { descent } from './descent.js';
import { dropping } from './dropping.js';
import type { ExamplePicture, LiveExample } from './live-example.js';
import { loss } from './loss.js';
import { pooling } from './pooling.js';

/** Put in by the build: square pictures of one byte a pixel. */
declare const __PICTURES__: readonly { readonly name: string; readonly pixels: string }[];

const examples: Readonly<Record<string, LiveExample>> = { activations, convolution, descent, dropping, loss, pooling };

const pictures = __PICTURES__.map(({ name, pixels }): ExamplePicture => {
  const data = Float32Array.from(atob(pixels), (byte) => byte.charCodeAt(0) / 255);
  return { name, size: Math.sqrt(data.length), data };
});

/** Each example has a device of its own, so one that fails takes nothing from the others. */
async function mount(place: HTMLElement): Promise<void> {
  const example = examples[place.dataset.live ?? ''];
  place.classList.add('live');
  try {
    if (example === undefined) throw new Error(`there is no live example "${place.dataset.live}"`);
    await example(place, { device: openHostDevice(), pictures });
  } catch (error) {
    place.textContent = `The example does not run here: ${error instanceof Error ? error.message : String(error)}`;
  }
}

for (const place of document.querySelectorAll<HTMLElement>('[data-live]')) void mount(place);
