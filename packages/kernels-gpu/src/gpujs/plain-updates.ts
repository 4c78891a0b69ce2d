import { childrenOf, type SyntaxNode } from './unique-names.js';

/**
 * Writes `n--` as `(n-=1)` and `n++` as `(n+=1)` wherever it does not count a loop, and returns the new text. Minifiers shorten the long form,
 * but the short one is for whole numbers in WGSL, and variables of a body are floats.
 *
 * @param tree the function in `text`
 */
export function plainUpdates(tree: SyntaxNode, text: string): string {
  const updates: SyntaxNode[] = [];
  const visit = (node: SyntaxNode, parent: SyntaxNode | undefined) => {
    if (node.type === 'UpdateExpression' && parent?.type !== 'ForStatement') updates.push(node);
    for (const child of childrenOf(node)) visit(child, node);
  };
  visit(tree, undefined);
  updates.sort((a, b) => b.start - a.start);
  return updates.reduce((edited, { start, end, argument, operator }) => `${edited.slice(0, start)}(${argument.name}${operator[0]}=1)${edited.slice(end)}`, text);
}
