import { buildNetwork, findNetwork, inputShape } from '@convkit/alexnet';
import { formatSummary, summarise } from '@convkit/layers';
import { openOutput } from '../output.js';

/** What the command line may say. */
export interface SummaryFlags {
  readonly model: string;
  readonly columns?: 'together' | 'apart';
  readonly json?: boolean;
}

/** `alexnet summary`: layers, shapes, parameters and multiply-adds of a network, for one image. */
export function summaryCommand({ model, columns, json = false }: SummaryFlags): void {
  const { name, design, recipe, defaults } = findNetwork(model);
  const input = inputShape(recipe, defaults);
  const summary = summarise(buildNetwork({ ...design, columns: columns ?? design.columns }, defaults), [1, ...input]);
  // The first row is the input itself.
  const [, ...layers] = summary.rows;
  openOutput(json).done(
    { type: 'done', model: name, input, classes: defaults.classes, parameters: summary.parameters, multiplyAdds: summary.multiplyAdds, layers },
    [`${name}, one image ${input.join('x')}, ${defaults.classes} classes`, formatSummary(summary)],
  );
}
