import { applyEdits, childrenOf, type Edit, type SyntaxNode } from './syntax-node.js';

/**
 * Takes back two things that minifiers do to a body and gpu.js does not understand, and returns the new text:
 * - `n--` and `n++` that count no loop become `(n-=1)` and `(n+=1)`, because the short form is for whole numbers in WGSL, and variables of a body are floats;
 * - `let a=1,b=2` becomes `let a=1;let b=2`, because in GLSL one declaration has one type.
 *
 * @param tree the function in `text`
 */
export function plainStatements(tree: SyntaxNode, text: string): string {
  const edits: Edit[] = [];
  const visit = (node: SyntaxNode, parent: SyntaxNode | undefined) => {
    if (parent?.type !== 'ForStatement') {
      if (node.type === 'UpdateExpression') edits.push({ start: node.start, end: node.end, text: `(${node.argument.name}${node.operator[0]}=1)` });
      if (node.type === 'VariableDeclaration') {
        for (const [i, { start }] of node.declarations.entries()) if (i > 0) edits.push({ start: node.declarations[i - 1].end, end: start, text: `;${node.kind} ` });
      }
    }
    for (const child of childrenOf(node)) visit(child, node);
  };
  visit(tree, undefined);
  return applyEdits(text, edits);
}
