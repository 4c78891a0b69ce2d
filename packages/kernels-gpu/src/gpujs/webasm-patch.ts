import { gpujs } from './facade.js';
import { childrenOf, type SyntaxNode } from './unique-names.js';

/** The parts of gpu.js's WebAssembly code generator that the patch touches. It is the generator of one function. */
interface FunctionNode {
  literalTypes: object;
  readonly vInfo: { exprVarying(node: SyntaxNode): boolean };
  readonly vMaskDepth: number;
  readonly em: Emitter;
  readonly taintedLocals: Set<string>;
  readonly assembler?: { readonly layout: Readonly<Record<string, Readonly<Record<string, { dims: number[]; offset: number }>>>>; readonly globals: { readonly threadX: number } };
  getJsAST(): SyntaxNode;
  getType(node: SyntaxNode): string;
  getDeclaration(id: SyntaxNode): { valueType: string };
  setScalarLocal(name: string, kind: 'i32', type: 'Integer', emitValue: () => void): void;
  castValueToInteger(node: SyntaxNode): void;
  pushState(state: string): void;
  popState(state: string): void;
  expression(node: SyntaxNode): string;
  coerce(from: string, to: 'i32'): void;
  isThreadDependent(node: SyntaxNode): boolean;
  emitIndex(node: SyntaxNode): void;
}

/** The code generator's prototype: the methods the patch wraps. */
interface FunctionNodePrototype {
  emitFunction(this: FunctionNode, assembler: object): unknown;
  emitVectorFunction(this: FunctionNode, assembler: object): unknown;
  vGather(this: FunctionNode, table: string, name: string, x: SyntaxNode, y: SyntaxNode | undefined, z: SyntaxNode | undefined, place: unknown): unknown;
  stmtVariableDeclaration(this: FunctionNode, node: SyntaxNode): void;
}

interface Emitter {
  addLocal(type: 'i32'): number;
  i32Const(value: number): Emitter;
  i32Mul(): Emitter;
  i32Add(): Emitter;
  i32Shl(): Emitter;
  v128Load(offset: number, align: number): Emitter;
  localGet(index: number): Emitter;
  localSet(index: number): Emitter;
  globalGet(index: number): Emitter;
  globalSet(index: number): Emitter;
}

let applied = false;

/**
 * Makes gpu.js 2.24.1 generate WebAssembly that vectorises; results stay the same bits. Once per process.
 * - Loop counters stay 32-bit integers (its analysis marks the literal of `let i = 0` and then decays it to a float).
 * - Four lanes that read neighbours do it by one vector load instead of four scalar ones.
 * - A variable that is never assigned and begins with a whole-number expression, or with the floor of one, stays an integer, so that indices built from it need no conversion.
 * - A decoded index (`Math.floor`) passes through a global once, so that V8 does not move its division into the innermost loop.
 */
export function patchWebAssembly(): void {
  if (applied) return;
  applied = true;
  const prototype = gpujs.WebAssemblyFunctionNode.prototype as FunctionNodePrototype;
  const { emitFunction, emitVectorFunction, vGather, stmtVariableDeclaration } = prototype;

  prototype.emitFunction = function (assembler) {
    this.literalTypes = {};
    return emitFunction.call(this, assembler);
  };

  prototype.emitVectorFunction = function (assembler) {
    this.literalTypes = {};
    return emitVectorFunction.call(this, assembler);
  };

  prototype.vGather = function (table, name, x, y, z, place) {
    const shared = (node: SyntaxNode | undefined) => !node || !this.vInfo.exprVarying(node);
    if (this.assembler === undefined || this.vMaskDepth !== 0 || !readsNeighbours(this, x) || !shared(y) || !shared(z)) {
      return vGather.call(this, table, name, x, y, z, place);
    }
    const { dims, offset } = this.assembler.layout[table][name];
    this.emitIndex(x);
    if (y) {
      this.emitIndex(y);
      this.em.i32Const(dims[0]).i32Mul().i32Add();
    }
    if (z) {
      this.emitIndex(z);
      this.em.i32Const(dims[0] * dims[1]).i32Mul().i32Add();
    }
    this.em.i32Const(2).i32Shl().v128Load(offset, 2);
    return 'vf32';
  };

  prototype.stmtVariableDeclaration = function (node) {
    for (const declaration of node.declarations) {
      const { id, init } = declaration;
      const floor = init !== null && isFloor(init) && isWholeQuotient(this, init.arguments[0]);
      if (init === null || assignedNames(this).has(id.name) || (!floor && this.getType(init) !== 'Integer')) {
        stmtVariableDeclaration.call(this, { ...node, declarations: [declaration] });
        continue;
      }
      this.getDeclaration(id).valueType = 'Integer';
      this.setScalarLocal(id.name, 'i32', 'Integer', () => {
        if (floor) {
          this.castValueToInteger(init);
          if (this.assembler) passThroughGlobal(this.em, this.assembler.globals.threadX);
        } else {
          this.pushState('building-integer');
          const type = this.expression(init);
          this.popState('building-integer');
          this.coerce(type, 'i32');
        }
      });
      if (this.isThreadDependent(init)) this.taintedLocals.add(id.name);
    }
  };
}

/** Whether an index is thread.x plus something whole that all four lanes share: then the lanes read four neighbours. */
function readsNeighbours(self: FunctionNode, node: SyntaxNode): boolean {
  if (isThreadX(node)) return true;
  if (node.type !== 'BinaryExpression' || (node.operator !== '+' && node.operator !== '-')) return false;
  const leftVaries = self.vInfo.exprVarying(node.left);
  const rightVaries = self.vInfo.exprVarying(node.right);
  if (leftVaries && !rightVaries) return isWhole(self, node.right) && readsNeighbours(self, node.left);
  return node.operator === '+' && rightVaries && !leftVaries && isWhole(self, node.left) && readsNeighbours(self, node.right);
}

/** `this.thread.x` */
function isThreadX({ type, computed, object, property }: SyntaxNode): boolean {
  return (
    type === 'MemberExpression' && !computed && property.name === 'x' &&
    object.type === 'MemberExpression' && !object.computed && object.object.type === 'ThisExpression' && object.property.name === 'thread'
  );
}

function isWhole(self: FunctionNode, node: SyntaxNode): boolean {
  const type = self.getType(node);
  return type === 'Integer' || type === 'LiteralInteger';
}

/** `Math.floor(…)` */
function isFloor({ type, callee }: SyntaxNode): boolean {
  return type === 'CallExpression' && callee.type === 'MemberExpression' && callee.object.name === 'Math' && callee.property.name === 'floor';
}

/** Whether only numbers and whole variables are added, multiplied and divided: such a floor is no larger than what it is made from, unlike that of any float. */
function isWholeQuotient(self: FunctionNode, node: SyntaxNode): boolean {
  if (node.type === 'Literal') return typeof node.value === 'number';
  if (node.type === 'BinaryExpression') return '+-*/'.includes(node.operator) && isWholeQuotient(self, node.left) && isWholeQuotient(self, node.right);
  return isWhole(self, node);
}

const assignedNamesOf = new WeakMap<SyntaxNode, ReadonlySet<string>>();

/** The variables of a function that are given another value; every variable has a name of its own. */
function assignedNames(self: FunctionNode): ReadonlySet<string> {
  const tree = self.getJsAST();
  let names = assignedNamesOf.get(tree);
  if (names === undefined) {
    names = new Set(assignments(tree));
    assignedNamesOf.set(tree, names);
  }
  return names;
}

function assignments(node: SyntaxNode): string[] {
  const own = node.type === 'AssignmentExpression' ? [node.left.name] : node.type === 'UpdateExpression' ? [node.argument.name] : [];
  return [...own, ...childrenOf(node).flatMap(assignments)];
}

/** Writes the value on the stack to a global and reads it back, leaving the global as it was. */
function passThroughGlobal(em: Emitter, global: number): void {
  const value = em.addLocal('i32');
  const held = em.addLocal('i32');
  em.localSet(value).globalGet(global).localSet(held).localGet(value).globalSet(global).globalGet(global).localSet(value).localGet(held).globalSet(global).localGet(value);
}
