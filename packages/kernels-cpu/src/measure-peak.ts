import type { Device } from '@convkit/tensor';
import { engineOf } from './open-cpu-device.js';
import { Operation } from './operation.js';

/** A tile of 4 × 8 sums and how many terms each gets in a call. */
const FLOP_PER_TERM = 64;
const DEPTH = 256;
const CALLS = 2_000;
const TASKS_PER_THREAD = 4;

/**
 * What the innermost loop of a device does on all of its threads when its operands are packed and in cache: the speed all other work can at best have.
 * The best of some short runs, since other programs may take a core away for a moment.
 *
 * @param device A device of {@link openCpuDevice}.
 * @returns GFLOP/s, a multiplication and an addition being two.
 * @throws OptionError `OPTION_INVALID` for any other device
 */
export async function measurePeak(device: Device): Promise<number> {
  const { team } = engineOf(device);
  const tasks = team.size * TASKS_PER_THREAD;
  let best = Infinity;
  for (let round = 0; round < 8; round++) {
    await team.settled(team.submitted);
    const start = performance.now();
    team.submit(Operation.Peak, tasks, [CALLS, DEPTH]);
    await team.settled(team.submitted);
    best = Math.min(best, performance.now() - start);
  }
  return (FLOP_PER_TERM * DEPTH * CALLS * tasks) / best / 1e6;
}
