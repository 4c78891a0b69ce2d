import { findNetwork, inputShape } from '@convkit/alexnet';
import { formatSummary, summarise } from '@convkit/layers';
import { openOutput } from '../output.js';

/** What the command line may say. */
export interface SummaryFlags {
  readonly model: string;
  readonly json?: boolean;
}

/** `alexnet summary`: layers, shapes, parameters and multiply-adds of a network, for one image. */
export function summaryCommand({ model, json = false }: SummaryFlags): void {
  const network = findNetwork(model);
  const { name, recipe, defaults } = network;
  const input = inputShape(recipe, defaults);
  const summary = summarise(network.build(defaults), [1, ...input]);
  // The first row is the input itself.
  const [, ...layers] = summary.rows;
  openOutput(json).done(
    { type: 'done', model: name, input, classes: defaults.classes, parameters: summary.parameters, multiplyAdds: summary.multiplyAdds, layers },
    [`${name}, one image ${input.join('x')}, ${defaults.classes} classes`, formatSummary(summary)],
  );
}
