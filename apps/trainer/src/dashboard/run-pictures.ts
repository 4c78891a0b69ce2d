import { json, type Answer } from './answer.js';
import type { Activations, Insights } from './insights.js';

/** Images whose activations are kept until their pictures are fetched. */
const KEPT = 4;

/** The addresses of a run at which there are pictures, and what is told beside them. */
export class RunPictures {
  readonly #insights: Insights;
  /** By run and image, the latest last. */
  readonly #activations = new Map<string, Activations>();

  constructor(insights: Insights) {
    this.#insights = insights;
  }

  /**
   * @param run Its folder.
   * @param address Of the run.
   * @param what The rest of the address: `kernels.png`, `images/N.png`, `activations/N`, `activations/N/LAYER.png`.
   * @returns undefined when it is none of these.
   */
  async find(run: string, address: string, what: string): Promise<Answer | undefined> {
    if (what === 'kernels.png') {
      const { step, png: bytes } = await this.#insights.kernels(run);
      return png(bytes, { 'x-step': String(step) });
    }
    const [, image] = /^images\/(0|[1-9]\d{0,8})\.png$/.exec(what) ?? [];
    if (image !== undefined) return png(await this.#insights.image(run, Number(image)));
    const [, of, layer] = /^activations\/(0|[1-9]\d{0,8})(?:\/([^/]+)\.png)?$/.exec(what) ?? [];
    if (of === undefined) return undefined;
    if (layer === undefined) return json(200, addressed(await this.#look(run, Number(of)), `${address}/${what}`));
    // The maps that were told last, though there may be a newer checkpoint: all layers of an image are of one step.
    const { layers } = this.#activations.get(keyOf(run, Number(of))) ?? (await this.#look(run, Number(of)));
    const found = layers.find(({ name }) => encodeURIComponent(name) === layer);
    return found === undefined ? undefined : png(found.png);
  }

  async #look(run: string, image: number): Promise<Activations> {
    const found = await this.#insights.activations(run, image);
    const key = keyOf(run, image);
    this.#activations.delete(key);
    this.#activations.set(key, found);
    const [oldest] = this.#activations.keys();
    if (this.#activations.size > KEPT) this.#activations.delete(oldest);
    return found;
  }
}

function keyOf(run: string, image: number): string {
  return JSON.stringify([run, image]);
}

/** Activations with the addresses of their pictures. */
function addressed({ layers, ...rest }: Activations, address: string): object {
  return { ...rest, layers: layers.map(({ name, kind, shape }) => ({ name, kind, shape, url: `${address}/${encodeURIComponent(name)}.png` })) };
}

function png(body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'image/png', ...headers }, body };
}
