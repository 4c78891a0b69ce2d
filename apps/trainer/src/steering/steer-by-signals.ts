import type { TrainingCommand } from '@convkit/training';

/**
 * Sends `checkpoint` on SIGUSR2, for scripts that know when a machine is taken away. Windows has no such signal.
 *
 * @returns Stops listening.
 */
export function steerBySignals(send: (command: TrainingCommand) => void): () => void {
  if (process.platform === 'win32') return () => undefined;
  const listener = () => send({ type: 'checkpoint' });
  process.on('SIGUSR2', listener);
  return () => process.off('SIGUSR2', listener);
}
