/** Where things lie in the memory that all threads share; the WebAssembly side reads this file, too. Its static data are below. */

/** Numbers that stay zero: what lies outside an image is read from here. */
export const ZEROS = 65536;
export const ZERO_COUNT = 16384;

/** Commands handed over so far. */
export const PUBLISHED = 131072;
/** Commands done so far; on a cache line of its own, as is the next. */
export const COMPLETED = 131200;
/** The main thread wants to hear when this many are done; far ahead when it does not wait. */
export const WANTED = 131328;
/** Pages that the memory has had since it last grew; 0 before. */
export const PAGES = 131456;

/** The commands that are not done yet: a ring, so that the main thread can run ahead. */
export const COMMANDS = 135168;
export const COMMAND_COUNT = 256;
export const COMMAND_BYTES = 256;
/** Of a command: what to do, how many tasks, the next ticket with the round of the ring above it, tasks done; then the parameters. */
export const COMMAND_TICKET = 8;
export const COMMAND_DONE = 12;
export const COMMAND_PARAMETERS = 16;

/** From here on memory is given out: first to the threads, one part each, then to tensors. */
export const HEAP = 262144;

/** A thread's own memory: packed blocks of the two operands, a table of rows, a tile. */
export const SCRATCH_BYTES = 3145728;
export const SCRATCH_RIGHT = 1572864;
export const SCRATCH_TABLE = 3014656;
export const SCRATCH_TILE = 3129344;
