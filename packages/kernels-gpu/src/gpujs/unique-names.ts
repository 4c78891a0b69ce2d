/** A node of a syntax tree (ESTree) with its place in the text; fields are present as the type demands. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly computed: boolean;
  readonly kind: string;
  readonly operator: string;
  readonly value: unknown;
  readonly id: SyntaxNode;
  readonly init: SyntaxNode | null;
  readonly object: SyntaxNode;
  readonly property: SyntaxNode;
  readonly left: SyntaxNode;
  readonly right: SyntaxNode;
  readonly argument: SyntaxNode;
  readonly arguments: readonly SyntaxNode[];
  readonly callee: SyntaxNode;
  readonly params: readonly SyntaxNode[];
  readonly body: SyntaxNode | readonly SyntaxNode[];
  readonly declarations: readonly SyntaxNode[];
}

/** The nodes directly below a node. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const isNode = (value: unknown): value is SyntaxNode => typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string';
  return Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? (value as unknown[]).filter(isNode) : isNode(value) ? [value] : []));
}

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
  const edits: { readonly place: SyntaxNode; readonly name: string }[] = [];
  for (const { name, places } of variables) {
    let own = name;
    if (used.has(name)) {
      for (let i = 2; taken.has(own); i++) own = `${name}${i}`;
      edits.push(...places.map((place) => ({ place, name: own })));
    }
    taken.add(own);
    used.add(own);
  }
  edits.sort((a, b) => b.place.start - a.place.start);
  return edits.reduce((edited, { place, name }) => edited.slice(0, place.start) + name + edited.slice(place.end), text);

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
