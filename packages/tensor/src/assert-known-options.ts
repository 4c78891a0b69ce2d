import { OptionError } from './errors.js';

/**
 * Refuses an option that nobody reads, such as `pad` for `padding`, where TypeScript does not look: in untyped code, and where an object is handed on.
 *
 * @param owner Who was given the options, for the message.
 * @param known Names of all options there are.
 * @throws OptionError `OPTION_INVALID`, with the unknown name and those there are.
 *
 * @example
 * ```ts
 * import { assertKnownOptions } from '@convkit/tensor';
 *
 * function blur(options: { readonly radius?: number }) {
 *   assertKnownOptions('blur', options, ['radius']);
 * }
 * const asked = { radius: 2, sigma: 1 };
 * try {
 *   blur(asked);
 * } catch (error) {
 *   console.log(String(error)); // OptionError: blur: there is no option "sigma". help: there is radius. code: OPTION_INVALID
 * }
 * ```
 */
export function assertKnownOptions<O extends object>(owner: string, options: O, known: readonly (keyof O & string)[]): void {
  const unknown = Object.keys(options).find((option) => !(known as readonly string[]).includes(option));
  if (unknown === undefined) return;
  throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: there is no option "${unknown}".`, help: `there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}.` });
}
