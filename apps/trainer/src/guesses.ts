/** A class and how likely it is, from 0 to 1. */
export interface Guess {
  readonly class: string;
  readonly probability: number;
}

/** The likeliest classes, best first. */
export function bestGuesses(probabilities: ArrayLike<number>, classes: readonly string[], top: number): Guess[] {
  return classes
    .map((name, i) => ({ class: name, probability: probabilities[i] }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top);
}
