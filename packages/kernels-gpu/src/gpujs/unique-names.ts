import { applyEdits, childrenOf, type Edit, type SyntaxNode } from './syntax-node.js';

interface Variable {
  readonly name: string;
  readonly places: SyntaxNode[];
}

/**
 * Gives every variable of a function a name of its own, and returns the new text. gpu.js knows a variable by its name alone, but a minifier reuses names:
 * `function (e, t) { … for (let t = 0; …) e[t] }`.
 *
 * @param tree the function in `text`
 */
export function uniqueNames(tree: SyntaxNode, text: string): string {
  const variables: Variable[] = [];
  const free = new Set<string>();
  resolve(tree, new Map());

  const taken = new Set([...free, ...variables.map(({ name }) => name)]);
  const used = new Set<string>();
  const edits: Edit[] = [];
  for (const { name, places } of variables) {
    let own = name;
    if (used.has(name)) {
      for (let i = 2; taken.has(own); i++) own = `${name}${i}`;
      edits.push(...places.map(({ start, end }) => ({ start, end, text: own })));
    }
    taken.add(own);
    used.add(own);
  }
  return applyEdits(text, edits);

  function resolve(node: SyntaxNode, outer: ReadonlyMap<string, Variable>): void {
    const scope = ['FunctionExpression', 'BlockStatement', 'ForStatement'].includes(node.type) ? new Map([...outer, ...declared(node)]) : outer;
    if (node.type === 'Identifier') {
      const variable = scope.get(node.name);
      if (variable === undefined) free.add(node.name);
      else if (!variable.places.includes(node)) variable.places.push(node);
    } else if (node.type === 'MemberExpression' && !node.computed) {
      resolve(node.object, scope);
    } else {
      for (const child of childrenOf(node)) resolve(child, scope);
    }
  }

  function declared(node: SyntaxNode): [string, Variable][] {
    const statements = node.type === 'FunctionExpression' ? [] : node.type === 'ForStatement' ? [node.init] : (node.body as readonly SyntaxNode[]);
    const names = [
      ...(node.type === 'FunctionExpression' ? node.params : []),
      ...statements.flatMap((statement) => (statement?.type === 'VariableDeclaration' ? statement.declarations.map(({ id }) => id) : [])),
    ];
    return names.map(({ name }) => {
      const variable: Variable = { name, places: [] };
      variables.push(variable);
      return [name, variable];
    });
  }
}
