import { assertKnownOptions } from '@convkit/tensor';

/** How one parameter departs from the common rate and decay. */
export interface Factors {
  /** Multiplies the learning rate. 0 freezes the parameter: no update, no decay. */
  readonly rateFactor: number;
  /** Multiplies the weight decay. */
  readonly decayFactor: number;
}

/** A rule for all parameters whose full name matches; what it leaves out is 1. */
export interface FactorRule extends Partial<Factors> {
  /** Names of parameters the rule is for. */
  readonly match: RegExp;
}

/**
 * Makes a look-up out of rules. The first rule that matches counts; without one both factors are 1.
 *
 * @throws OptionError `OPTION_INVALID` for a rule with something else in it.
 *
 * @example
 * ```ts
 * import { factorsBy } from '@convkit/optim';
 *
 * // As in the 2012 code: biases learn twice as fast and do not decay.
 * const factors = factorsBy([{ match: /\.bias$/, rateFactor: 2, decayFactor: 0 }]);
 * console.log(factors('conv1.bias')); // { rateFactor: 2, decayFactor: 0 }
 * ```
 */
export function factorsBy(rules: readonly FactorRule[]): (name: string) => Factors {
  for (const rule of rules) assertKnownOptions('factorsBy', rule, ['match', 'rateFactor', 'decayFactor']);
  return (name) => {
    // `search` starts at the beginning whatever the flags; `test` would go on where a global pattern stopped.
    const { rateFactor = 1, decayFactor = 1 } = rules.find(({ match }) => name.search(match) >= 0) ?? {};
    return { rateFactor, decayFactor };
  };
}
