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

/** A piece of text to be put in place of another. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with pieces of it replaced; they must not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  // From the end, so that the places before stay where they are.
  return [...edits].sort((a, b) => b.start - a.start).reduce((edited, edit) => edited.slice(0, edit.start) + edit.text + edited.slice(edit.end), text);
}
