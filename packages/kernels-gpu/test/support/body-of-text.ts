import type { KernelBody } from '@convkit/tensor';

/** The function behind a text: as a minifier leaves it, or as no editor would accept it. */
export function bodyOfText(text: string): KernelBody {
  // The texts are written in the tests.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  return new Function(`return ${text}`)() as KernelBody;
}
