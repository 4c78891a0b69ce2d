import type { Device } from '@convkit/tensor';

/** A picture that examples may show: grey, square, 0 to 1. */
export interface ExamplePicture {
  readonly name: string;
  readonly size: number;
  readonly data: Float32Array;
}

/** What every example gets. */
export interface LiveContext {
  readonly device: Device;
  readonly pictures: readonly ExamplePicture[];
}

/** Builds an example into its place in a page; resolves when it shows its first result. */
export type LiveExample = (place: HTMLElement, context: LiveContext) => Promise<void>;

/**
 * Runs a computation again whenever it is asked for: one at a time, and for those who ask in between once more at the end.
 *
 * @returns Resolves when nothing is left to do.
 */
export function refresher(compute: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again = false;
  const work = async (): Promise<void> => {
    do {
      again = false;
      await compute();
    } while (again);
  };
  return () => {
    again = true;
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}
