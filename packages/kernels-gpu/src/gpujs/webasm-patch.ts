import { gpujs } from './facade.js';
import type { SyntaxNode } from './syntax-node.js';
import { beginAddresses, emitSplitAddress, patchLoops } from './webasm-addresses.js';
import { isWhole, namesIn, ofThis, type Emitter, type FunctionNode, type FunctionNodePrototype } from './webasm-code.js';

let applied = false;

/**
 * Makes gpu.js 2.24.1 generate WebAssembly that vectorises; results stay the same bits. Once per process.
 * - Loop counters stay 32-bit integers (its analysis marks the literal of `let i = 0` and then decays it to a float).
 * - Four lanes that read neighbours do it by one vector load instead of four scalar ones.
 * - A variable that is never assigned and begins with a whole-number expression, or with the floor of one, stays an integer, so that indices built from it need no conversion.
 * - A loop adds up before its first round what it does not change of the addresses it reads.
 * - A decoded index (`Math.floor`) passes through a global once, so that V8 does not move its division into the innermost loop.
 */
export function patchWebAssembly(): void {
  if (applied) return;
  applied = true;
  const prototype = gpujs.WebAssemblyFunctionNode.prototype as FunctionNodePrototype;
  const { emitFunction, emitVectorFunction, emitFlatLoad, vGather, stmtVariableDeclaration } = prototype;
  patchLoops(prototype);

  prototype.emitFunction = function (assembler) {
    this.literalTypes = {};
    beginAddresses(this);
    return emitFunction.call(this, assembler);
  };

  prototype.emitVectorFunction = function (assembler) {
    this.literalTypes = {};
    beginAddresses(this);
    return emitVectorFunction.call(this, assembler);
  };

  prototype.emitFlatLoad = function (table, name, x, y, z, place) {
    // Under a condition that differs between lanes, indices are clamped.
    if (!this.assembler || (this.vec && this.vMaskDepth > 0) || !emitSplitAddress(this, x)) return emitFlatLoad.call(this, table, name, x, y, z, place);
    this.em.f32Load(this.assembler.layout[table][name].offset);
    return 'f32';
  };

  prototype.vGather = function (table, name, x, y, z, place) {
    const shared = (node: SyntaxNode | undefined) => !node || !this.vInfo.exprVarying(node);
    if (!this.assembler || this.vMaskDepth !== 0 || !readsNeighbours(this, x) || !shared(y) || !shared(z)) {
      return vGather.call(this, table, name, x, y, z, place);
    }
    const { dims, offset } = this.assembler.layout[table][name];
    if (!emitSplitAddress(this, x)) {
      this.emitIndex(x);
      if (y) {
        this.emitIndex(y);
        this.em.i32Const(dims[0]).i32Mul().i32Add();
      }
      if (z) {
        this.emitIndex(z);
        this.em.i32Const(dims[0] * dims[1]).i32Mul().i32Add();
      }
      this.em.i32Const(2).i32Shl();
    }
    this.em.v128Load(offset, 2);
    return 'vf32';
  };

  prototype.stmtVariableDeclaration = function (node) {
    for (const declaration of node.declarations) {
      const { id, init } = declaration;
      const floor = init !== null && isFloor(init) && isWholeQuotient(this, init.arguments[0]);
      if (init === null || namesIn(this.getJsAST()).assigned.has(id.name) || (!floor && this.getType(init) !== 'Integer')) {
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
  if (ofThis(node)?.join('.') === 'thread.x') return true;
  if (node.type !== 'BinaryExpression' || (node.operator !== '+' && node.operator !== '-')) return false;
  const leftVaries = self.vInfo.exprVarying(node.left);
  const rightVaries = self.vInfo.exprVarying(node.right);
  if (leftVaries && !rightVaries) return isWhole(self, node.right) && readsNeighbours(self, node.left);
  return node.operator === '+' && rightVaries && !leftVaries && isWhole(self, node.left) && readsNeighbours(self, node.right);
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

/** Writes the value on the stack to a global and reads it back, leaving the global as it was. */
function passThroughGlobal(em: Emitter, global: number): void {
  const value = em.addLocal('i32');
  const held = em.addLocal('i32');
  em.localSet(value).globalGet(global).localSet(held).localGet(value).globalSet(global).globalGet(global).localSet(value).localGet(held).globalSet(global).localGet(value);
}
