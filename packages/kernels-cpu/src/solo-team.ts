import { COMMANDS, HEAP } from './memory-map.js';
import type { Operation } from './operation.js';
import { ROOM, type Team } from './team.js';

/** Milliseconds after which the event loop gets a turn. */
const TURN = 10;

type Execute = (operation: Operation, parameters: number, task: number, scratch: number) => void;

interface Command {
  readonly operation: Operation;
  readonly tasks: number;
  readonly parameters: readonly number[];
}

/** The calling thread alone, where memory cannot be shared: it does the commands between turns of the event loop. */
export class SoloTeam implements Team {
  readonly size = 1;
  readonly #memory: WebAssembly.Memory;
  readonly #execute: Execute;
  readonly #commands: Command[] = [];
  #submitted = 0;
  #running: Promise<void> | undefined;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#execute = new WebAssembly.Instance(module, { env: { memory } }).exports.execute as Execute;
  }

  get submitted(): number {
    return this.#submitted;
  }

  get completed(): number {
    return this.#submitted - this.#commands.length;
  }

  get hasRoom(): boolean {
    return this.#commands.length <= ROOM;
  }

  submit(operation: Operation, tasks: number, parameters: readonly number[]): void {
    this.#commands.push({ operation, tasks, parameters });
    this.#submitted++;
  }

  async room(): Promise<void> {
    if (!this.hasRoom) await this.settled(this.#submitted);
  }

  async settled(count: number): Promise<void> {
    while (this.completed < count) await (this.#running ??= this.#run().finally(() => (this.#running = undefined)));
  }

  destroy(): void {
    this.#commands.length = 0;
  }

  async #run(): Promise<void> {
    let turn = performance.now();
    for (let command = this.#commands[0]; command !== undefined; command = this.#commands[0]) {
      new Uint32Array(this.#memory.buffer).set(command.parameters, COMMANDS / 4);
      for (let task = 0; task < command.tasks; task++) {
        this.#execute(command.operation, COMMANDS, task, HEAP);
        if (performance.now() - turn > TURN) {
          await new Promise((resolve) => setTimeout(resolve));
          turn = performance.now();
        }
      }
      this.#commands.shift();
    }
  }
}
