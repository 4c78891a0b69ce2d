import { readFileSync } from 'node:fs';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { kernelDialect } from '../../tools/eslint/kernel-dialect.js';

const page = readFileSync(new URL('../../docs/kernel-dialect.md', import.meta.url), 'utf8');
const ids = Object.keys(kernelDialect.meta?.messages ?? {});

/** The ids of what the rule reports about a program. */
function reported(program: string): string[] {
  const messages = new Linter().verify(program, {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    plugins: { convkit: { rules: { 'kernel-dialect': kernelDialect } } },
    rules: { 'convkit/kernel-dialect': 'error' },
  }, 'kernel.ts');
  return messages.map(({ messageId, message }) => messageId ?? message);
}

/** A definition with `body` in it, in a module that has names a body must not read. */
function definition(body: string): string {
  return `import { clamp } from './clamp.js';\nconst SLOPE = 2;\nexport const kernel = defKernel<Attributes>({ name: 'kernel', inputs: [], body: ${body}, plan });`;
}

const kernel = (...lines: string[]) => definition(`function (this: KernelThread, x: View3, y: View1, factor: number) {\n${lines.join('\n')}\n}`);

describe('the page', () => {
  const sections = page.split(/^## /m).slice(1).map((section) => {
    const [id] = section.split('\n');
    const [bad, good] = section.split(/^Good:$/m).map((half) => [...half.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code.trim()));
    return { id, bad, good };
  });

  it('has one section for each message', () => {
    expect(sections.map(({ id }) => id)).toEqual(ids);
  });

  it.each(sections.flatMap(({ id, bad }) => bad.map((body) => ({ id, body }))))('calls bad what the rule reports as $id: $body', ({ id, body }) => {
    expect(new Set(reported(definition(body)))).toEqual(new Set([id]));
  });

  it.each(sections.flatMap(({ id, good }) => good.map((body) => ({ id, body }))))('calls good what the rule lets pass ($id): $body', ({ body }) => {
    expect(reported(definition(body))).toEqual([]);
  });

  it('shows both sides of every point', () => {
    for (const { id, bad, good } of sections) expect([id, bad.length > 0, good.length > 0]).toEqual([id, true, true]);
  });
});

describe('lets pass', () => {
  it.each<[string, string]>([
    ['what is no kernel', 'const f = (x) => x ** 2; run({ body: f });'],
    ['a body taken over from another definition', "defKernel({ ...double, name: 'twin' });"],
    ['types, which leave no text behind', kernel('return (x[0][0][0] as number) + y[0]!;')],
    ['early returns, continue and break', kernel('for (let i = 0; i < 3; i++) {', 'if (y[i] > 1) continue;', 'if (y[i] < 0) break;', '}', 'if (factor > 0) return 1;', 'return 0;')],
    ['a range loop inside another', kernel('let sum = 0;', 'for (let i = 0; i < 3; i++) for (let j = 0; j < this.constants.J; j++) sum += y[i * 3 + j];', 'return sum;')],
    ['two loops with one counter name', kernel('let sum = 0;', 'for (let i = 0; i < 3; i++) sum += y[i];', 'for (let i = 0; i < 3; i++) sum -= y[i];', 'return sum;')],
    ['a decoded index in brackets', kernel('return y[Math.floor((this.thread.x + 0.5) / 3)];')],
    ['an index read from an input', kernel('return y[x[0][0][this.thread.x]];')],
    ['a division of results', kernel('return y[this.thread.x] / factor;')],
    ['logic and signs', kernel('return !(factor > 1 && factor !== 2) || factor <= 3 ? -y[0] : +y[1];')],
    ['numbers with a point and an exponent', kernel('return 1.5e-3 + .5 + 1e6;')],
    ['a named function', definition('function relu(this: KernelThread, x: View1) { return Math.max(x[this.thread.x], 0); }')],
    ['each function of Math', kernel('return Math.abs(y[0]) + Math.exp(y[0]) + Math.log(y[0]) + Math.pow(y[0], 2) + Math.tanh(y[0]) + Math.min(y[0], y[1]);')],
  ])('%s', (_, program) => {
    expect(reported(program)).toEqual([]);
  });
});

describe('reports', () => {
  it.each<[string, string, string[]]>([
    ['a definition that is not written in place', 'defKernel(definition);', ['plain-function']],
    ['a definition without a body', "defKernel({ name: 'k' });", ['plain-function']],
    ['a method', "defKernel({ body() { return 1; } });", ['plain-function']],
    ['a generator', definition('function* () { return 1; }'), ['plain-function']],
    ['a body named elsewhere', 'defKernel({ body: double });', ['plain-function']],
    ['destructured parameters', definition('function ({ x }: Inputs) { return 1; }'), ['parameters']],
    ['an imported function', kernel('return clamp(y[0]);'), ['free-name']],
    ['NaN, Infinity and undefined', kernel('return y[0] > NaN ? Infinity : undefined;'), ['free-name', 'free-name', 'free-name']],
    ['arguments', kernel('return arguments[0];'), ['index']],
    ['this itself', kernel('return this;'), ['this']],
    ['the plan as a whole', kernel('return this.constants;'), ['this']],
    ['a fourth axis of the grid', kernel('return this.thread.w;'), ['this']],
    ['constants by a computed name', kernel('return this.constants[0];'), ['this']],
    ['a loop from one', kernel('let sum = 0;', 'for (let i = 1; i < 3; i++) sum += i;', 'return sum;'), ['loop']],
    ['a loop that counts down', kernel('let sum = 0;', 'for (let i = 0; i > 3; i--) sum += i;', 'return sum;'), ['loop', 'loop']],
    ['a loop up to and with', kernel('let sum = 0;', 'for (let i = 0; i <= 3; i++) sum += i;', 'return sum;'), ['loop']],
    ['a loop to a fraction', kernel('let sum = 0;', 'for (let i = 0; i < 2.5; i++) sum += i;', 'return sum;'), ['loop']],
    ['a loop to a result', kernel('let sum = 0;', 'for (let i = 0; i < y[0]; i++) sum += i;', 'return sum;'), ['loop']],
    ['a loop to a reckoned bound', kernel('let sum = 0;', 'for (let i = 0; i < this.constants.A + 1; i++) sum += i;', 'return sum;'), ['loop']],
    ['a loop with two counters', kernel('let sum = 0;', 'for (let i = 0, j = 0; i < 3; i++) sum += j;', 'return sum;'), ['loop']],
    ['a loop over nothing', kernel('for (;;) break;', 'return 1;'), ['loop']],
    ['a prefix step', kernel('let sum = 0;', 'for (let i = 0; i < 3; ++i) sum += i;', 'return sum;'), ['loop']],
    ['do, for-of and for-in', kernel('do {} while (factor > 0);', 'for (const v of y) {}', 'for (const k in y) {}', 'return 1;'), ['loop', 'loop', 'loop']],
    ['var', kernel('var a = 1;', 'return a;'), ['variable']],
    ['an assigned counter', kernel('for (let i = 0; i < 3; i++) i = 2;', 'return 1;'), ['assignment']],
    ['an assigned input', kernel('y[0] = 1;', 'return y[0];'), ['assignment']],
    ['assignments by other operators', kernel('let a = 1;', 'a **= 2;', 'a %= 3;', 'a |= 1;', 'a ??= 1;', 'return a;'), Array<string>(4).fill('assignment')],
    ['a step in an expression', kernel('let a = 0;', 'return y[a++];'), ['assignment']],
    ['a division in an index, however deep', kernel('return y[Math.abs(1 + this.thread.x / 2)];'), ['division']],
    ['a division under a division', kernel('return y[Math.floor((this.thread.x / 2 + 0.5) / 2)];'), ['division']],
    ['a floor of a product of a division', kernel('return y[Math.floor(3 * (this.thread.x / 2))];'), ['division']],
    ['other operators', kernel('return (y[0] == 1 ? 1 : 0) + (y[0] != 1 ? 1 : 0) + (y[0] & 1) + ~y[0] + (y[0] ?? 1);'), Array<string>(5).fill('operator')],
    ['void and typeof', kernel('return void 0;'), ['operator']],
    ['Math as a value', kernel('const m = Math.E;', 'return m;'), ['math']],
    ['Math by a computed name', kernel("return Math['abs'](1);"), ['syntax']],
    ['a spread into Math', kernel('return Math.max(...y, 1);'), ['syntax']],
    ['an unary function with two arguments', kernel('return Math.floor(y[0], 1);'), ['math-arguments']],
    ['an empty return', kernel('if (factor > 0) return;', 'return 1;'), ['return']],
    ['strings and templates', kernel("return y[0] > 0 ? 'a' : `b`;"), ['number', 'syntax']],
    ['hexadecimal and big numbers', kernel('return 0xff + 1n;'), ['number', 'number']],
    ['nested functions', kernel('function f() { return 1; }', 'return 1;'), ['syntax']],
    ['optional calls', kernel('return Math.abs?.(1);'), ['syntax']],
    ['labels', kernel('for (let i = 0; i < 3; i++) { continue outer; }', 'return 1;'), ['syntax']],
    ['switch, try and throw', kernel('switch (factor) { default: }', 'try { } finally { }', 'throw 1;'), ['syntax', 'syntax', 'syntax']],
    ['sequences and new', kernel('return (1, new Date());'), ['free-name', 'syntax']],
    ['a method of an input', kernel('return y.at(0);'), ['syntax']],
  ])('%s', (_, program, expected) => {
    expect(reported(program).sort()).toEqual([...expected].sort());
  });
});
