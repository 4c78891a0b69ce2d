import { gpujs } from './facade.js';

/** The parts of gpu.js's WebAssembly code generator that the patch touches. */
interface FunctionNode {
  literalTypes: object;
  readonly vInfo: { exprVarying(node: Node): boolean };
  readonly vMaskDepth: number;
  readonly em: Emitter;
  readonly taintedLocals: Set<string>;
  readonly assembler?: { readonly layout: Readonly<Record<string, Readonly<Record<string, { dims: number[]; offset: number }>>>>; readonly globals: { readonly threadX: number } };
  getType(node: Node): string;
  getDeclaration(id: Node): { valueType: string };
  setScalarLocal(name: string, kind: 'i32', type: 'Integer', emitValue: () => void): void;
  castValueToInteger(node: Node): void;
  pushState(state: string): void;
  popState(state: string): void;
  expression(node: Node): string;
  coerce(from: string, to: 'i32'): void;
  isThreadDependent(node: Node): boolean;
  emitIndex(node: Node): void;
}

/** The code generator's prototype: the methods the patch wraps. */
interface FunctionNodePrototype {
  emitFunction(this: FunctionNode, assembler: object): unknown;
  emitVectorFunction(this: FunctionNode, assembler: object): unknown;
  vGather(this: FunctionNode, table: string, name: string, x: Node, y: Node | undefined, z: Node | undefined, mask: unknown): unknown;
  stmtVariableDeclaration(this: FunctionNode, node: Node): unknown;
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

/** A node of the kernel's syntax tree (ESTree), with the fields that are looked at here. */
interface Node {
  readonly type: string;
  readonly computed: boolean;
  readonly kind: string;
  readonly name: string;
  readonly operator: string;
  readonly object: Node;
  readonly property: Node;
  readonly left: Node;
  readonly right: Node;
  readonly callee: Node;
  readonly id: Node;
  readonly init: Node | null;
  readonly declarations: readonly Node[];
}

/** `this.thread.x` */
function isThreadX(node: Node): boolean {
  return (
    node.type === 'MemberExpression' && !node.computed && node.property.name === 'x' &&
    node.object.type === 'MemberExpression' && !node.object.computed && node.object.object.type === 'ThisExpression' && node.object.property.name === 'thread'
  );
}

/** `Math.floor(...)` */
function isFloor(node: Node): boolean {
  return node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && node.callee.object.name === 'Math' && node.callee.property.name === 'floor';
}

function isWhole(self: FunctionNode, node: Node): boolean {
  const type = self.getType(node);
  return type === 'Integer' || type === 'LiteralInteger';
}

/** Whether an index is thread.x plus something whole that all four lanes share: then the lanes read four neighbours. */
function readsNeighbours(self: FunctionNode, node: Node): boolean {
  if (isThreadX(node)) return true;
  if (node.type !== 'BinaryExpression' || (node.operator !== '+' && node.operator !== '-')) return false;
  const leftVaries = self.vInfo.exprVarying(node.left);
  const rightVaries = self.vInfo.exprVarying(node.right);
  if (leftVaries && !rightVaries) return isWhole(self, node.right) && readsNeighbours(self, node.left);
  return node.operator === '+' && rightVaries && !leftVaries && isWhole(self, node.left) && readsNeighbours(self, node.right);
}

let applied = false;

/**
 * Makes gpu.js 2.24.1 generate WebAssembly that vectorises; results stay the same bits. Once per process.
 * - Loop counters stay 32-bit integers (its analysis marks the literal of `let i = 0` and then decays it to a float).
 * - Four lanes that read neighbours do it by one vector load instead of four scalar ones.
 * - A `const` of a whole-number expression, or of `Math.floor`, stays an integer, so that indices built from it need no conversion.
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

  prototype.vGather = function (table, name, x, y, z, mask) {
    const shared = (node: Node | undefined) => !node || !this.vInfo.exprVarying(node);
    if (this.assembler === undefined || this.vMaskDepth !== 0 || !readsNeighbours(this, x) || !shared(y) || !shared(z)) {
      return vGather.call(this, table, name, x, y, z, mask);
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
    const [declaration] = node.declarations;
    const init = declaration.init;
    if (node.kind !== 'const' || node.declarations.length !== 1 || init === null) return stmtVariableDeclaration.call(this, node);
    const floor = isFloor(init);
    if (!floor && this.getType(init) !== 'Integer') return stmtVariableDeclaration.call(this, node);
    this.getDeclaration(declaration.id).valueType = 'Integer';
    this.setScalarLocal(declaration.id.name, 'i32', 'Integer', () => {
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
    if (this.isThreadDependent(init)) this.taintedLocals.add(declaration.id.name);
    return undefined;
  };
}

/** Writes the value on the stack to a global and reads it back, leaving the global as it was. */
function passThroughGlobal(em: Emitter, global: number): void {
  const value = em.addLocal('i32');
  const held = em.addLocal('i32');
  em.localSet(value).globalGet(global).localSet(held).localGet(value).globalSet(global).globalGet(global).localSet(value).localGet(held).globalSet(global).localGet(value);
}
