/** Builds what the `alexnet` command needs, without a word on standard output, which belongs to the command: a second time this takes a moment. */
import { spawn } from 'node:child_process';

const child = spawn(process.execPath, ['node_modules/turbo/bin/turbo', 'run', 'build', '--filter=@convkit/trainer', '--output-logs=errors-only'], {
  cwd: new URL('..', import.meta.url),
  stdio: ['ignore', 'pipe', 'pipe'],
});
let output = '';
for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
const notice = setTimeout(() => console.error('Building; the first time takes a minute or two.'), 3000);
child.on('close', (code) => {
  clearTimeout(notice);
  if (code !== 0) console.error(output);
  process.exitCode = code ?? 1;
});
