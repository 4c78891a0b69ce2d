import type { Operation } from './operation.js';

/** Whoever does commands: one after the other, in the order in which they were handed over. */
export interface Team {
  /** Threads. */
  readonly size: number;
  /** Commands handed over so far. */
  readonly submitted: number;
  /** Commands done so far. */
  readonly completed: number;
  /** Hands over a command of `tasks` parts with its parameters, 32-bit words. There must be room. */
  submit(operation: Operation, tasks: number, parameters: readonly number[]): void;
  /** Whether there is room for {@link ROOM} commands now. */
  readonly hasRoom: boolean;
  /** Resolves when there is room. @throws DeviceError `DEVICE_LOST` */
  room(): Promise<void>;
  /** Resolves when that many commands are done. @throws DeviceError `DEVICE_LOST` */
  settled(count: number): Promise<void>;
  destroy(): void;
}

/** The most commands a launch may take. */
export const ROOM = 64;

/** Tasks are counted in 16 bits. */
export const MOST_TASKS = 65_535;
