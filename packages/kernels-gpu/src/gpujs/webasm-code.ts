import { childrenOf, type SyntaxNode } from './syntax-node.js';

// The parts of gpu.js's WebAssembly code generator that the patches touch.

/** The generator of one function. */
export interface FunctionNode {
  literalTypes: object;
  /** Whether four lanes are computed at once. */
  readonly vec: boolean;
  readonly vInfo: { exprVarying(node: SyntaxNode): boolean };
  /** How many conditions that differ between lanes are open. */
  readonly vMaskDepth: number;
  readonly em: Emitter;
  readonly locals: ReadonlyMap<string, { readonly kind: string; readonly wtype: string }>;
  readonly argumentNames: readonly string[];
  readonly constants: Readonly<Record<string, number>>;
  readonly taintedLocals: Set<string>;
  /** Left out while types are looked for and nothing is emitted. */
  readonly assembler?: { readonly layout: Readonly<Record<string, Readonly<Record<string, ArrayLayout>>>>; readonly globals: { readonly threadX: number } } | null;
  getJsAST(): SyntaxNode;
  getType(node: SyntaxNode): string;
  getDeclaration(id: SyntaxNode): { valueType: string };
  getMemberExpressionDetails(node: SyntaxNode): Readonly<Record<'name' | 'signature', string>> & Readonly<Partial<Record<'xProperty' | 'yProperty' | 'zProperty', SyntaxNode>>>;
  setScalarLocal(name: string, kind: 'i32', type: 'Integer', emitValue: () => void): void;
  castValueToInteger(node: SyntaxNode): void;
  pushState(state: string): void;
  popState(state: string): void;
  expression(node: SyntaxNode): string;
  coerce(from: string, to: 'i32'): void;
  isThreadDependent(node: SyntaxNode): boolean;
  emitIndex(node: SyntaxNode): void;
}

/** Where an array lies in memory; sizes innermost first. */
export interface ArrayLayout {
  readonly dims: readonly number[];
  readonly offset: number;
}

/** Reads an element: `x`, `y` and `z` are the expressions in the brackets, innermost first. */
type EmitLoad = (this: FunctionNode, table: string, name: string, x: SyntaxNode, y: SyntaxNode | undefined, z: SyntaxNode | undefined, place: SyntaxNode) => string;

/** The generator's prototype: the methods the patches wrap. */
export interface FunctionNodePrototype {
  emitFunction: (this: FunctionNode, assembler: object) => unknown;
  emitVectorFunction: (this: FunctionNode, assembler: object) => unknown;
  emitFlatLoad: EmitLoad;
  vGather: EmitLoad;
  stmtVariableDeclaration: (this: FunctionNode, node: SyntaxNode) => void;
  stmtFor: (this: FunctionNode, node: SyntaxNode) => void;
  vstmtFor: (this: FunctionNode, node: SyntaxNode) => void;
}

/** Writes instructions. */
export interface Emitter {
  addLocal(type: 'i32'): number;
  i32Const(value: number): Emitter;
  i32Mul(): Emitter;
  i32Add(): Emitter;
  i32Shl(): Emitter;
  f32Load(offset: number): Emitter;
  v128Load(offset: number, align: number): Emitter;
  localGet(index: number): Emitter;
  localSet(index: number): Emitter;
  globalGet(index: number): Emitter;
  globalSet(index: number): Emitter;
}

/** Whether an expression has whole values only. */
export function isWhole(self: FunctionNode, node: SyntaxNode): boolean {
  const type = self.getType(node);
  return type === 'Integer' || type === 'LiteralInteger';
}

/** `this.thread.x`, `this.constants.N`: the two names behind `this`. */
export function ofThis({ type, computed, object, property }: SyntaxNode): readonly [string, string] | undefined {
  if (type !== 'MemberExpression' || computed || object.type !== 'MemberExpression' || object.computed || object.object.type !== 'ThisExpression') return undefined;
  return [object.property.name, property.name];
}

interface Names {
  readonly declared: ReadonlySet<string>;
  readonly assigned: ReadonlySet<string>;
}

const namesOf = new WeakMap<SyntaxNode, Names>();

/** The variables that are declared, and those that are given another value, somewhere below a node. Every variable has a name of its own. */
export function namesIn(node: SyntaxNode): Names {
  let names = namesOf.get(node);
  if (names === undefined) {
    const declared = new Set<string>();
    const assigned = new Set<string>();
    const visit = (below: SyntaxNode) => {
      if (below.type === 'VariableDeclarator') declared.add(below.id.name);
      if (below.type === 'AssignmentExpression') assigned.add(below.left.name);
      if (below.type === 'UpdateExpression') assigned.add(below.argument.name);
      childrenOf(below).forEach(visit);
    };
    visit(node);
    names = { declared, assigned };
    namesOf.set(node, names);
  }
  return names;
}
