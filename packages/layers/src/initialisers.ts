import type { RandomDraws } from '@convkit/tensor';

/** Fills a parameter's first values. */
export type Initialiser = (out: Float32Array, draws: RandomDraws, fanIn: number) => void;
