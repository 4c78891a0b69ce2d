import {
  COMMANDS,
  COMMAND_BYTES,
  COMMAND_COUNT,
  COMMAND_DONE,
  COMMAND_PARAMETERS,
  COMMAND_TICKET,
  COMPLETED,
  PAGES,
  PUBLISHED,
  WANTED,
} from '../../src/memory-map';
import { execute } from './execute';

/** Tells the main thread that a command it waits for is done. */
// @ts-ignore: decorator
@external('env', 'report')
declare function report(): void;

/** Looks before a thread goes to sleep: waking one takes longer than many a command. */
const LOOKS = 4000;

/** The life of a thread: takes tasks of one command after the other, and begins none before the one in front of it is done. */
export function work(scratch: usize): void {
  let next = atomic.load<u32>(COMPLETED);
  for (;;) {
    awaitAbove(PUBLISHED, next);
    // Whoever comes late goes on where the others are.
    const completed = atomic.load<u32>(COMPLETED);
    if (isAbove(completed, next)) next = completed;
    if (atomic.load<u32>(PUBLISHED) == next) continue;
    seeMemory();
    takeTasks(next, scratch);
    awaitAbove(COMPLETED, next);
    next++;
  }
}

/**
 * V8 tells a thread of memory that has grown when it next looks, and never if the thread was just receiving that memory; until then `memory.copy` and `memory.fill` trap on what is new.
 * Asking for no more pages makes it look.
 */
// @ts-ignore: decorator
@inline
function seeMemory(): void {
  if (<u32>memory.size() < atomic.load<u32>(PAGES)) memory.grow(0);
}

/** Counts go round after 2^32, so they are compared by their distance. */
// @ts-ignore: decorator
@inline
function isAbove(count: u32, other: u32): bool {
  return <i32>(count - other) > 0;
}

/** Returns when the count at `address` is above `count`. */
function awaitAbove(address: usize, count: u32): void {
  for (let i = 0; i < LOOKS; i++) if (isAbove(atomic.load<u32>(address), count)) return;
  for (;;) {
    const seen = atomic.load<u32>(address);
    if (isAbove(seen, count)) return;
    atomic.wait<i32>(address, seen, -1);
  }
}

function takeTasks(sequence: u32, scratch: usize): void {
  const command: usize = COMMANDS + (sequence % COMMAND_COUNT) * COMMAND_BYTES;
  // A ticket carries the round of the ring, so that nobody who was asleep for a whole round takes a task of a command he does not know.
  const round = (sequence / COMMAND_COUNT) & 0xffff;
  for (;;) {
    const ticket = atomic.load<u32>(command + COMMAND_TICKET);
    if (ticket >>> 16 != round) return;
    const operation = load<i32>(command);
    const tasks = load<u32>(command, 4);
    const task = ticket & 0xffff;
    if (task >= tasks) return;
    if (atomic.cmpxchg<u32>(command + COMMAND_TICKET, ticket, ticket + 1) != ticket) continue;
    execute(operation, command + COMMAND_PARAMETERS, task, scratch);
    if (atomic.add<u32>(command + COMMAND_DONE, 1) + 1 == tasks) {
      atomic.store<u32>(COMPLETED, sequence + 1);
      atomic.notify(COMPLETED, -1);
      const wanted = atomic.load<u32>(WANTED);
      if (!isAbove(wanted, sequence + 1)) report();
    }
  }
}
