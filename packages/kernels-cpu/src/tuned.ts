import { sizeOf, type Launch } from '@convkit/tensor';
import type { Block } from './arena.js';
import type { Operation } from './operation.js';

/** Numbers in the memory of the device. */
export interface Storage {
  readonly block: Block;
  readonly count: number;
  /** What was made of these numbers, and holds until they change; by the name of the form. */
  readonly forms: Map<string, Block>;
}

/** What tuned code uses to turn a launch into commands. */
export interface Commands {
  /** Memory for a result. */
  result(count: number): Storage;
  /** Memory of numbers that only the commands of this launch use. @returns its address */
  temporary(count: number): number;
  /** Another form of an input, kept until the input changes: made the first time it is asked for. @returns its address */
  form(input: Storage, name: string, count: number, make: (to: number) => void): number;
  /** Adds a command, see the parameters of the operation in assembly/. */
  submit(operation: Operation, tasks: number, parameters: readonly number[]): void;
}

/** Where a tuned kernel may write its result: into the first donated input that is as large, or into new memory. */
export function resultFor(launch: Launch<Storage>, commands: Commands): Storage {
  const count = sizeOf(launch.plan.output);
  const donated = launch.inputs.find((input, i) => launch.donated[i] && input.count === count);
  return donated ?? commands.result(count);
}

/** A tuned kernel: its commands, or undefined where its plain body shall run. */
export type Tuned = (launch: Launch<Storage>, commands: Commands) => Storage | undefined;

/** A float as the 32-bit word that the parameters of an operation hold. */
export function wordOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0];
}
