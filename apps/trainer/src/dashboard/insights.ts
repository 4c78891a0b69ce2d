import { ConvkitError } from '@convkit/tensor';
import type { Guess } from '../guesses.js';

/** What can be asked about a run that needs its weights or its images. */
export type Question =
  | { readonly about: 'kernels'; readonly run: string }
  | { readonly about: 'image'; readonly run: string; readonly image: number }
  | { readonly about: 'activations'; readonly run: string; readonly image: number };

/** The first layer's kernels. */
export interface Kernels {
  readonly step: number;
  readonly png: Uint8Array;
}

/** What a layer made of an image. */
export interface LayerMaps {
  readonly name: string;
  readonly kind: string;
  /** `[H, W, C]`; `[1, 1, F]` where numbers have no place. */
  readonly shape: readonly [number, number, number];
  readonly png: Uint8Array;
}

/** What the network of the newest checkpoint makes of one test image. */
export interface Activations {
  readonly step: number;
  readonly image: number;
  readonly label: number;
  /** The likeliest classes, best first. */
  readonly guesses: readonly Guess[];
  readonly layers: readonly LayerMaps[];
}

/** The answer to a {@link Question}; of an image its PNG. */
export type Insight = Kernels | Uint8Array | Activations;

/** What the thread says to a question: the answer, what there is not, or what went wrong. */
export type Reply = { readonly insight: Insight } | { readonly missing: string } | { readonly failed: string };

/** Something is asked about that is not there, or too much at once. Codes: `INSIGHT_MISSING`, `INSIGHT_BUSY`. */
export class InsightError extends ConvkitError {
  override readonly name = 'InsightError';
}

/** Who answers questions about runs. */
export interface Insights {
  kernels(run: string): Promise<Kernels>;
  image(run: string, image: number): Promise<Uint8Array>;
  activations(run: string, image: number): Promise<Activations>;
  close(): Promise<void>;
}
