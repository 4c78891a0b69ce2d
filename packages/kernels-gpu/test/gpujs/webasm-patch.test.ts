import { openGpuDevice } from '@convkit/kernels-gpu';
import { defKernel, openHostDevice, RandomStream, sizeOf, type Shape } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { bodyOfText } from '../support/body-of-text.js';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

const SIZES = { P: 3, Q: 5, C: 7, H: 6, W: 9 };
type Size = keyof typeof SIZES;

/** Writes bodies at random: whole constants, decoded indices, nested loops, guards that depend on lanes and such that do not, indices of every form. */
class BodyWriter {
  /** Names of whole variables that may be read at this place. */
  #whole: string[];
  #names = 0;

  constructor(
    readonly draws: ReturnType<RandomStream['at']>,
    readonly rank: number,
  ) {
    this.#whole = ['this.thread.x', 'this.thread.y', 'this.thread.z'].slice(0, rank);
  }

  body(returns: 1 | 4): string {
    const head = Array.from({ length: 1 + this.#pick(3) }, () => this.#declare()).join(' ');
    const loops = Array.from({ length: 1 + this.#pick(2) }, () => this.#loop(2)).join(' ');
    const result = returns === 1 ? 'sum * factor' : '[sum, sum * factor, sum - 1, factor]';
    return `function (a, b, factor) { let sum = 0; ${head} ${loops} return ${result}; }`;
  }

  #loop(depth: number): string {
    const i = `i${this.#names++}`;
    const bound = this.#pick(2) === 0 ? `this.constants.${this.#size()}` : String(1 + this.#pick(4));
    return `for (let ${i} = 0; ${i} < ${bound}; ${i}++) { ${this.#inside(i, depth)} }`;
  }

  #inside(counter: string, depth: number): string {
    const outer = this.#whole;
    this.#whole = [...outer, counter];
    const text = [
      ...Array.from({ length: this.#pick(3) }, () => this.#declare()),
      ...(depth > 0 && this.#pick(2) === 0 ? [this.#loop(depth - 1)] : []),
      this.#add(),
    ].join(' ');
    this.#whole = outer;
    return text;
  }

  /** A whole constant: a sum, a decoded index with its remainder, or one that lanes share. */
  #declare(): string {
    const name = `n${this.#names++}`;
    const value = this.#pick(3) === 0 ? `Math.floor((${this.#term()} + 0.5) / this.constants.${this.#size()})` : this.#term();
    this.#whole = [...this.#whole, name];
    return `${this.#pick(4) === 0 ? 'let' : 'const'} ${name} = ${value};`;
  }

  /** Adds a guarded product. */
  #add(): string {
    const [z, y, x, w] = Array.from({ length: 4 }, () => `n${this.#names++}`);
    const lane = this.#pick(2) === 0 ? 'this.thread.x' : this.#term();
    return (
      `const ${z} = ${this.#term()}; const ${y} = ${this.#term()}; const ${w} = ${this.#term()}; ` +
      `if (${z} >= 0 && ${z} < this.constants.P && ${y} >= 0 && ${y} < this.constants.H) { if (${w} >= 0 && ${w} < this.constants.C) { ` +
      `const ${x} = ${lane}; if (${x} >= 0 && ${x} < this.constants.W) { sum += a[${z}][${y}][${x}] * b[${w}][${x}]; } ` +
      `sum += b[${w}][${this.#pick(2) === 0 ? '0' : `${y}`}] * ${this.#whole[this.#pick(this.#whole.length)]}; ` +
      `if (this.thread.x < this.constants.W) { sum += a[${z}][${y}][this.thread.x]; } } else { sum -= factor; } }`
    );
  }

  #term(): string {
    const leaf = () => (this.#pick(3) === 0 ? String(this.#pick(4)) : this.#whole[this.#pick(this.#whole.length)]);
    const [first, second] = [leaf(), leaf()];
    return [first, `${first} + ${second}`, `${first} - ${second}`, `${first} * 2 - ${second}`, `${first} + this.constants.${this.#size()} - ${second}`][this.#pick(5)];
  }

  #size(): Size {
    return (Object.keys(SIZES) as Size[])[this.#pick(5)];
  }

  #pick(n: number): number {
    return this.draws.integer(n);
  }
}

const GRIDS: readonly Shape[] = [[8], [13], [4, 8], [5, 6], [2, 3, 8], [3, 2, 5]];

it('changes the meaning of no kernel: 240 bodies written at random agree with the reference', async () => {
  const host = openHostDevice();
  const device = await openGpuDevice('gpujs-webasm', { threads: 1 });
  const inputs = [randomTensor('a', [SIZES.P, SIZES.H, SIZES.W]), randomTensor('b', [SIZES.C, SIZES.W])];
  let active = 0;
  for (let i = 0; i < 240; i++) {
    const grid = GRIDS[i % GRIDS.length];
    const returns = i % 4 === 3 ? 4 : 1;
    const text = new BodyWriter(new RandomStream(7, 'bodies').at(i), grid.length).body(returns);
    const kernel = defKernel<{ readonly factor: number }>({
      name: `random_${i}`,
      inputs: ['a', 'b'],
      scalars: ['factor'],
      // eslint-disable-next-line convkit/kernel-dialect
      body: bodyOfText(text),
      plan: ([a, b]) => ({ output: [sizeOf(grid) * returns], views: [a, b], grid, constants: SIZES, returns }),
    });
    const expected = await compute(host, kernel, inputs, { factor: 0.75 });
    const got = await compute(device, kernel, inputs, { factor: 0.75 });
    if (new Set(expected.data).size > 1) active++;
    try {
      expectClose(got, NdArray.of(expected), rtol(256));
    } catch (error) {
      throw new Error(`${text} on ${grid.join('x')}`, { cause: error });
    }
  }
  // Bodies whose guards let nothing pass would prove nothing.
  expect(active).toBeGreaterThan(120);
  await device.destroy();
}, 120_000);
