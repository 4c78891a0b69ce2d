/** Something in a source that makes no example: a class folder without images; a sample of a tar archive that is not whole, or a file in it that is part of none. */
export interface SkippedPart {
  /** Its path. */
  readonly name: string;
  /** One sentence, which names it. */
  readonly reason: string;
}

/** Choice of the readers that come upon such things. */
export interface SkipPartOptions {
  /** Is told of each, which is then passed over; default: the first is an error. */
  readonly onSkip?: (skipped: SkippedPart) => void;
}
