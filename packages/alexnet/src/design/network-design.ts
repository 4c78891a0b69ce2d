import { OptionError } from '@convkit/tensor';
import type { LayerDesign } from './layer-design.js';

/** A network as plain data: it can be printed, stored, compared, spread and changed. */
export interface NetworkDesign {
  /** What the network is called, such as `alexnet-2012`. */
  readonly name: string;
  /**
   * How the two columns of 2012 are laid out, where there are any. `together`: they are the two groups of grouped layers. `apart`: two stacks side by side
   * (`columns` of `@convkit/layers`), as on two GPUs. The function is the same.
   */
  readonly columns: 'together' | 'apart';
  /** Names of the layers from the input up. A layer that is not named here is not there. */
  readonly order: readonly string[];
  /** Every layer by name. */
  readonly layers: Readonly<Record<string, LayerDesign>>;
}

/** The layers of a design in order, with their names. @throws OptionError `NAME_UNKNOWN` */
export function layersOf({ name: network, order, layers }: NetworkDesign): readonly (readonly [string, LayerDesign])[] {
  return order.map((name) => {
    if (Object.hasOwn(layers, name)) return [name, layers[name]];
    throw new OptionError({ code: 'NAME_UNKNOWN', message: `${network}: the order names a layer "${name}", which is not described.`, help: `described are ${Object.keys(layers).join(', ')}.` });
  });
}
