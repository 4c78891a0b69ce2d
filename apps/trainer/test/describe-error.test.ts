import { FormatError, OptionError } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { describeError } from '../src/describe-error.js';

describe('describeError', () => {
  it('gives one line, one of help, and the exit code', () => {
    expect(describeError(new OptionError({ code: 'OPTION_INVALID', message: 'batch is 0.', help: 'take 1.' }), false)).toEqual({ lines: ['error: batch is 0.', 'help: take 1.'], exitCode: 2 });
    expect(describeError(new FormatError({ code: 'FILE_CORRUPT', message: 'a.png: no\n good\n', values: { a: 'b' } }), false)).toEqual({ lines: ['error: a.png: no good '], exitCode: 1 });
  });

  it('shows no stack unless asked', () => {
    const error = new TypeError('x is not a function', { cause: new Error('inner') });
    expect(describeError(error, false)).toEqual({ lines: ['error: unexpected: x is not a function', 'help: run the command again with --debug to see where it happened.'], exitCode: 1 });
    const { lines } = describeError(error, true);
    expect(lines[1]).toMatch(/TypeError: x is not a function\n {4}at /);
    expect(lines[2]).toMatch(/^cause: Error: inner\n {4}at /);
    expect(describeError('thrown text', false).lines[0]).toBe('error: unexpected: thrown text');
  });
});
