/** Exit codes of a process that a signal ended, as shells have them. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Lets Ctrl-C (and SIGTERM) ask instead of kill: the first one calls `stop`, a second one ends the process at once.
 *
 * @returns Puts things back as they were.
 */
export function onInterrupt(stop: () => void): () => void {
  let asked = false;
  const listeners = Object.entries(exitCodes).map(([signal, exitCode]) => {
    const listener = () => {
      if (asked) process.exit(exitCode);
      asked = true;
      stop();
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
