import { OptionError } from '@convkit/tensor';

/** What may be told to a run while it runs; it is heard between two updates. */
export type TrainingCommand =
  | {
      /** Saves, if there is a store, and ends the run. */
      readonly type: 'stop';
    }
  | {
      /** Saves, if there is a store, and goes on. */
      readonly type: 'checkpoint';
    }
  | {
      /** Waits until `resume` or `stop`; a paused run still saves when told to. */
      readonly type: 'pause';
    }
  | {
      /** Goes on after `pause`. */
      readonly type: 'resume';
    }
  | {
      /** From the next update on all rates are those of the schedule divided by `by`; more of them multiply. The 2012 run divided its rate by ten by hand, three times. */
      readonly type: 'divide-rate';
      /** Above 1. */
      readonly by: number;
    };

/** A division of the rates by a command. */
export interface RateDivision {
  /** Updates done before it. */
  readonly step: number;
  /** Above 1. */
  readonly by: number;
}

/**
 * Checks that something from outside, such as a parsed request, is a command, and takes over nothing else it may hold.
 *
 * @throws OptionError `NAME_UNKNOWN` when there is no such command, `OPTION_INVALID` when `by` is no number above 1.
 * @example
 * ```ts
 * import { parseCommand } from '@convkit/training';
 *
 * console.log(parseCommand({ type: 'divide-rate', by: 10 })); // { type: 'divide-rate', by: 10 }
 * ```
 */
export function parseCommand(value: unknown): TrainingCommand {
  const { type, by } = typeof value === 'object' && value !== null ? (value as { readonly type?: unknown; readonly by?: unknown }) : {};
  switch (type) {
    case 'stop':
    case 'checkpoint':
    case 'pause':
    case 'resume':
      return { type };
    case 'divide-rate':
      if (typeof by === 'number' && by > 1 && by < Infinity) return { type, by };
      throw new OptionError({ code: 'OPTION_INVALID', message: `divide-rate: by is ${JSON.stringify(by) ?? 'missing'}, but must be a number above 1.` });
    default:
      throw new OptionError({
        code: 'NAME_UNKNOWN',
        message: `there is no command ${JSON.stringify(type) ?? 'without a type'}.`,
        help: 'send stop, checkpoint, pause, resume or divide-rate.',
      });
  }
}

/** Commands that were sent and not yet obeyed, oldest first. */
export class CommandQueue {
  readonly #commands: TrainingCommand[] = [];
  #wake: (() => void) | undefined;

  /** @throws OptionError as {@link parseCommand} does */
  send(command: TrainingCommand): void {
    this.#commands.push(parseCommand(command));
    this.#wake?.();
  }

  get waiting(): number {
    return this.#commands.length;
  }

  /** Whether the run was told to stop, though it has not heard it yet: what takes long looks here. */
  get stops(): boolean {
    return this.#commands.some(({ type }) => type === 'stop');
  }

  take(): TrainingCommand | undefined {
    return this.#commands.shift();
  }

  /** Waits for a command. */
  async next(): Promise<TrainingCommand> {
    for (;;) {
      const command = this.take();
      if (command !== undefined) return command;
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = undefined;
    }
  }
}
