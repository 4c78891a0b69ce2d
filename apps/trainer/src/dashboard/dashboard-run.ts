import { basename, join, resolve } from 'node:path';
import type { TrainingCommand } from '@convkit/training';
import { isLocked } from '../lock-file.js';

/** A run that is shown. */
export interface DashboardRun {
  /** The run folder. */
  readonly path: string;
  /** Hands a command to the run; there for a run of this process only. */
  readonly send?: (command: TrainingCommand) => void;
}

/** What a page is told of a run. */
export interface RunEntry {
  /** Its place in the list. */
  readonly id: string;
  readonly name: string;
  readonly path: string;
  /** Whether a process trains in its folder now. */
  readonly live: boolean;
  /** Whether commands reach it. */
  readonly steerable: boolean;
}

export async function runEntry({ path, send }: DashboardRun, place: number): Promise<RunEntry> {
  const live = await isLocked(join(path, 'lock'));
  const whole = resolve(path);
  return { id: String(place), name: basename(whole), path: whole, live, steerable: live && send !== undefined };
}
