import { childrenOf, type SyntaxNode } from './syntax-node.js';
import { isWhole, namesIn, ofThis, type ArrayLayout, type FunctionNode, type FunctionNodePrototype } from './webasm-code.js';

/** A byte address as a sum: a number, and whole variables by their names, each times a number. All of it wraps at 2^32, so that no order of adding matters. */
interface Address {
  constant: number;
  readonly factors: Map<string, { readonly variable: SyntaxNode; factor: number }>;
}

/** An address whose first part was added up before the loop. */
interface SplitAddress {
  /** The local that holds the part that the loop does not change. */
  readonly base: number;
  readonly rest: Address;
}

/** The addresses split so far in the function that is being written, by the innermost index of the load. */
const splitOf = new WeakMap<FunctionNode, Map<SyntaxNode, SplitAddress>>();

/** Forgets what was split: a function is about to be written anew, with other locals. */
export function beginAddresses(self: FunctionNode): void {
  splitOf.set(self, new Map());
}

/**
 * Makes loops add up before their first round whatever of an address they do not change, so that a round adds what is left:
 * gpu.js multiplies every index out at every load, and V8 does not move that out of the loop (two to three times the time of an inner product, measured).
 */
export function patchLoops(prototype: FunctionNodePrototype): void {
  const { stmtFor, vstmtFor } = prototype;
  prototype.stmtFor = function (node) {
    splitAddresses(this, node);
    stmtFor.call(this, node);
  };
  prototype.vstmtFor = function (node) {
    splitAddresses(this, node);
    vstmtFor.call(this, node);
  };
}

/** Leaves the byte address of a load on the stack, if it was split before. */
export function emitSplitAddress(self: FunctionNode, x: SyntaxNode): boolean {
  const split = self.assembler ? splitOf.get(self)?.get(x) : undefined;
  if (split === undefined) return false;
  emitSum(self, split.rest, split.base);
  return true;
}

function splitAddresses(self: FunctionNode, loop: SyntaxNode): void {
  const splits = splitOf.get(self);
  if (!self.assembler || splits === undefined) return;
  const { declared, assigned } = namesIn(loop);
  for (const load of loadsIn(loop.body as SyntaxNode, self)) {
    const { name, xProperty: x, yProperty: y, zProperty: z } = self.getMemberExpressionDetails(load);
    const address = x && addressOf(self, x, y, z, self.assembler.layout.arrays[name]);
    if (!x || !address) continue;
    const fixed: Address = { constant: 0, factors: new Map() };
    const rest: Address = { constant: 0, factors: new Map() };
    for (const [variable, term] of address.factors) (declared.has(variable) || assigned.has(variable) ? rest : fixed).factors.set(variable, term);
    fixed.constant = address.constant;
    if ([...fixed.factors.values()].some(({ variable }) => !isReadable(self, variable))) continue;
    const base = self.em.addLocal('i32');
    emitSum(self, fixed);
    self.em.localSet(base);
    splits.set(x, { base, rest });
  }
}

/** The loads from arguments in the rounds of a loop itself, not in those of loops inside it. */
function loadsIn(node: SyntaxNode, self: FunctionNode): SyntaxNode[] {
  if (node.type === 'ForStatement' || node.type === 'WhileStatement' || node.type === 'DoWhileStatement') return [];
  const own = node.type === 'MemberExpression' && node.computed && self.argumentNames.includes(rootOf(node)) ? [node] : [];
  return [...own, ...(own.length > 0 ? indicesOf(node) : childrenOf(node)).flatMap((child) => loadsIn(child, self))];
}

function rootOf(node: SyntaxNode): string {
  return node.type === 'MemberExpression' ? rootOf(node.object) : node.name;
}

function indicesOf(node: SyntaxNode): SyntaxNode[] {
  return node.type === 'MemberExpression' ? [...indicesOf(node.object), node.property] : [];
}

/** The address of an element as a sum, or nothing if an index is no sum of whole variables. */
function addressOf(self: FunctionNode, x: SyntaxNode, y: SyntaxNode | undefined, z: SyntaxNode | undefined, { dims }: ArrayLayout): Address | undefined {
  const address: Address = { constant: 0, factors: new Map() };
  const add = (index: SyntaxNode | undefined, stride: number) => index === undefined || (isWhole(self, index) && addTerms(self, index, stride * 4, address));
  return add(x, 1) && add(y, dims[0]) && add(z, dims[0] * dims[1]) ? address : undefined;
}

function addTerms(self: FunctionNode, node: SyntaxNode, factor: number, address: Address): boolean {
  const value = valueOf(self, node);
  if (value !== undefined) {
    address.constant = (address.constant + Math.imul(value, factor)) | 0;
    return true;
  }
  if (node.type === 'BinaryExpression') {
    const { operator, left, right } = node;
    if (operator === '+' || operator === '-') return addTerms(self, left, factor, address) && addTerms(self, right, operator === '+' ? factor : -factor, address);
    if (operator !== '*') return false;
    const [times, other] = valueOf(self, left) === undefined ? [valueOf(self, right), left] : [valueOf(self, left), right];
    return times !== undefined && addTerms(self, other, Math.imul(times, factor), address);
  }
  const name = node.type === 'Identifier' ? node.name : ofThis(node)?.join('.');
  if (name === undefined || (node.type === 'Identifier' ? self.getType(node) !== 'Integer' : !name.startsWith('thread.'))) return false;
  const term = address.factors.get(name) ?? { variable: node, factor: 0 };
  term.factor = (term.factor + factor) | 0;
  address.factors.set(name, term);
  return true;
}

/** The value of a whole number that is known already. */
function valueOf(self: FunctionNode, node: SyntaxNode): number | undefined {
  if (node.type === 'Literal') return Number.isInteger(node.value) ? (node.value as number) : undefined;
  const [group, name] = ofThis(node) ?? [];
  return group === 'constants' && name !== undefined && Number.isInteger(self.constants[name]) ? self.constants[name] : undefined;
}

/** Whether a variable is one whole number at this place, shared by the lanes if several are computed at once; thread.x then means the first of them. */
function isReadable(self: FunctionNode, variable: SyntaxNode): boolean {
  if (variable.type !== 'Identifier') return true;
  const local = self.locals.get(variable.name);
  return local?.kind === 'scalar' && local.wtype === 'i32';
}

function emitSum(self: FunctionNode, { constant, factors }: Address, base?: number): void {
  const { em } = self;
  let isFirst = true;
  const plus = () => {
    if (!isFirst) em.i32Add();
    isFirst = false;
  };
  for (const { variable, factor } of factors.values()) {
    self.emitIndex(variable);
    if (factor !== 1) em.i32Const(factor).i32Mul();
    plus();
  }
  if (base !== undefined) {
    em.localGet(base);
    plus();
  }
  if (constant !== 0 || isFirst) {
    em.i32Const(constant);
    plus();
  }
}
