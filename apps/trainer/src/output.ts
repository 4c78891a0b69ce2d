import { createLogUpdate } from 'log-update';
import { bar, count } from './wording.js';

/** How commands that end with one answer speak: JSON lines, or text. */
export interface Output {
  /** A line of JSON, or lines of text in its place. */
  line(json: object, text: readonly string[]): void;
  /** The last line. */
  done(json: object, text: readonly string[]): void;
  /** Shown on a terminal only. */
  progress(done: number, of: number): void;
  /** What is being done, shown on a terminal only, until something else is. */
  note(text: string): void;
  /** On standard error, where it disturbs no program. */
  warn(message: string): void;
  close(): void;
}

/** Opens standard output for a command. */
export function openOutput(json: boolean, stream: NodeJS.WriteStream = process.stdout): Output {
  const screen = !json && stream.isTTY ? createLogUpdate(stream) : undefined;
  const line = (object: object, text: readonly string[]) => {
    screen?.clear();
    stream.write(json ? `${JSON.stringify(object)}\n` : text.map((part) => `${part}\n`).join(''));
  };
  return {
    line,
    done: line,
    progress: (done, of) => screen?.(`${bar(done / of, 24)} ${count(done)}/${count(of)} images`),
    note: (text) => screen?.(text),
    warn: (message) => void process.stderr.write(`warning: ${message}\n`),
    close() {
      screen?.clear();
      screen?.done();
    },
  };
}
