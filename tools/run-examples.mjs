/** `node run-examples.mjs FILE…` imports each program in turn and prints, as one line of JSON each, what it printed and what it threw. */
import { resolve } from 'node:path';
import { format } from 'node:util';
import { pathToFileURL } from 'node:url';

for (const file of process.argv.slice(2)) {
  let output = '';
  console.log = (...values) => (output += `${format(...values)}\n`);
  let error = '';
  try {
    // A CommonJS program exports its end.
    await (await import(pathToFileURL(resolve(file)).href)).default;
  } catch (thrown) {
    error = String(thrown instanceof Error ? thrown.stack : thrown);
  }
  process.stdout.write(`${JSON.stringify({ output, error })}\n`);
}
// A device that an example leaves open must not keep the process alive.
process.exit(0);
