#!/usr/bin/env node
import { CommanderError } from 'commander';
import { createCli } from './cli.js';
import { describeError } from './describe-error.js';

// A reader that leaves (`alexnet train | head`) ends the command as a request to stop would: a run is saved first.
process.stdout.once('error', () => {
  process.stdout.on('error', () => undefined);
  process.kill(process.pid, 'SIGTERM');
});

try {
  await createCli().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const { lines, exitCode } = describeError(error, process.argv.includes('--debug'));
    process.stderr.write(`${lines.join('\n')}\n`);
    process.exitCode = exitCode;
  }
}
