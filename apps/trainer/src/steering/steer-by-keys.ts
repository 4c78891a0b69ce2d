import type { TrainingCommand } from '@convkit/training';

/** What the keys do, for the terminal. */
export const keysHelp = 'keys: p pause, c checkpoint, d divide the rate by ten, q stop';

/** The part of standard input that is needed. */
export type Keyboard = Pick<NodeJS.ReadStream, 'isTTY' | 'setRawMode' | 'setEncoding' | 'on' | 'off' | 'resume' | 'pause'>;

/**
 * Sends commands by single keys of a terminal: p pauses and goes on again, c saves, d divides the rate by ten, q stops. Ctrl-C still is what it was.
 *
 * @param interrupt What Ctrl-C does; a terminal whose keys are read one by one makes no signal of it.
 * @returns Gives the terminal back.
 */
export function steerByKeys(keyboard: Keyboard, send: (command: TrainingCommand) => void, interrupt: () => void): () => void {
  let paused = false;
  const commands: Readonly<Record<string, () => TrainingCommand>> = {
    p: () => ({ type: (paused = !paused) ? 'pause' : 'resume' }),
    c: () => ({ type: 'checkpoint' }),
    d: () => ({ type: 'divide-rate', by: 10 }),
    q: () => ({ type: 'stop' }),
  };
  const listener = (text: string) => {
    for (const key of text) {
      if (key === '\u0003') interrupt();
      else if (Object.hasOwn(commands, key)) send(commands[key]());
    }
  };
  keyboard.setRawMode(true);
  keyboard.setEncoding('utf8');
  keyboard.on('data', listener);
  keyboard.resume();
  return () => {
    keyboard.off('data', listener);
    keyboard.setRawMode(false);
    keyboard.pause();
  };
}
