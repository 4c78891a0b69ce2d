import type { Shape } from './shape.js';

/** What a kernel body sees as `this`: which result it computes, and the whole-number constants of its plan. */
export interface KernelThread {
  /** Which result this is, from 0. */
  readonly thread: {
    /** Place along the last size of the grid. */
    readonly x: number;
    /** Place along the size before the last; 0 where the grid has one. */
    readonly y: number;
    /** Place along the first of three sizes; 0 where the grid has fewer. */
    readonly z: number;
  };
  /** Those of the plan. */
  readonly constants: Readonly<Record<string, number>>;
}

/** A tensor seen by a body as one row: `v[x]`. */
export type View1 = ArrayLike<number>;
/** A tensor seen by a body as rows: `v[y][x]`. */
export type View2 = ArrayLike<ArrayLike<number>>;
/** A tensor seen by a body as planes of rows: `v[z][y][x]`. */
export type View3 = ArrayLike<ArrayLike<ArrayLike<number>>>;

/**
 * A plain, self-contained `function` in the gpu.js dialect: tensors first, then scalars, one number (or an array of four) returned.
 * It may use its arguments, its own variables, `this.thread`, `this.constants` and `Math`, and nothing else.
 */
export type KernelBody = (this: KernelThread, ...args: never[]) => number | readonly number[];

/** Numbers that shape a kernel (stride, groups, …) or are handed to it at run time (learning rate, …). */
export type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** All that an engine must know to launch a body once; a pure function of input shapes and attributes. */
export interface LaunchPlan {
  /** Shape of the result. */
  readonly output: Shape;
  /** How the body indexes each input: one to three sizes, outermost first, same number of elements as the input. */
  readonly views: readonly Shape[];
  /** Threads, one to three sizes, outermost first: `[z, y, x]`. `grid × returns` holds as many numbers as `output`, in the same order. */
  readonly grid: Shape;
  /** Whole numbers the body reads as `this.constants.NAME`. */
  readonly constants: Readonly<Record<string, number>>;
  /** How many neighbouring results one thread returns. */
  readonly returns: 1 | 4;
}

/** A kernel as a value: importing it is the look-up, its body is its meaning on every device. */
export interface KernelSpec<A extends Attributes = Attributes> {
  /** Written name, in snake_case; survives bundlers, which rename functions. */
  readonly name: string;
  /** Names of the tensor arguments, in order, for messages. */
  readonly inputs: readonly string[];
  /** Attributes that reach the body as run-time numbers after the tensors; all others specialise the compiled kernel. */
  readonly scalars: readonly (keyof A & string)[];
  /** What one thread computes; its text is what engines translate. */
  readonly body: KernelBody;
  /** @throws ShapeError when shapes and attributes do not fit together. */
  plan(shapes: readonly Shape[], attributes: A): LaunchPlan;
}

/** What {@link defKernel} takes: a spec whose scalars and returns may be left out. */
export interface KernelDefinition<A extends Attributes> {
  /** Written name, in snake_case. */
  readonly name: string;
  /** Names of the tensor arguments, in order. */
  readonly inputs: readonly string[];
  /** Attributes handed to the body at run time, after the tensors, in this order. Default: none. */
  readonly scalars?: readonly (keyof A & string)[];
  /** What one thread computes. */
  readonly body: KernelBody;
  /** Says for the shapes of the inputs how to launch the body; the same shapes and attributes give the same plan. Default of `returns`: 1. @throws ShapeError when they do not fit together. */
  plan(shapes: readonly Shape[], attributes: A): Omit<LaunchPlan, 'returns'> & Partial<Pick<LaunchPlan, 'returns'>>;
}

/**
 * Makes a kernel.
 *
 * @example
 * ```ts
 * import { defKernel, openHostDevice, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';
 *
 * const double = defKernel({
 *   name: 'double',
 *   inputs: ['x'],
 *   body: function (this: KernelThread, x: View1) {
 *     return x[this.thread.x] * 2;
 *   },
 *   plan: ([x]) => ({ output: x, views: [[sizeOf(x)]], grid: [sizeOf(x)], constants: {} }),
 * });
 *
 * const device = openHostDevice();
 * using x = await device.upload([3], new Float32Array([1, 2, 3]), 'x');
 * using y = await device.run(double, [x], {});
 * console.log((await device.download(y)).data); // Float32Array(3) [ 2, 4, 6 ]
 * ```
 */
export function defKernel<A extends Attributes = Record<never, never>>(definition: KernelDefinition<A>): KernelSpec<A> {
  return {
    name: definition.name,
    inputs: definition.inputs,
    scalars: definition.scalars ?? [],
    body: definition.body,
    plan: (shapes, attributes) => ({ returns: 1, ...definition.plan(shapes, attributes) }),
  };
}
