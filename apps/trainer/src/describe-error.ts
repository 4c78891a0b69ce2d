import { ConvkitError, OptionError } from '@convkit/tensor';
import { messageOf } from './file-error.js';

/** What a user is told of an error, and what the process ends with: 2 for a wrong command line, 1 for all else. */
export interface ErrorReport {
  readonly lines: readonly string[];
  readonly exitCode: 1 | 2;
}

/** One line that says what is wrong, and one that says what to do, if that is known. @param debug Add the stack. */
export function describeError(error: unknown, debug: boolean): ErrorReport {
  const known = error instanceof ConvkitError;
  const summary = known ? error.summary : `unexpected: ${messageOf(error)}`;
  const help = known ? error.help : debug ? undefined : 'run the command again with --debug to see where it happened.';
  return {
    lines: [
      `error: ${summary.replaceAll(/\s*\n\s*/g, ' ')}`,
      ...(help === undefined ? [] : [`help: ${help}`]),
      ...(debug && error instanceof Error ? [error.stack ?? '', ...(error.cause instanceof Error ? [`cause: ${error.cause.stack ?? ''}`] : [])] : []),
    ],
    exitCode: error instanceof OptionError ? 2 : 1,
  };
}
