import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

/** Runs a program on the package as it was built, in a Node process of its own, and returns what it wrote. */
async function node(program: string) {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  return run(process.execPath, ['--input-type=module', '--eval', program], { cwd, timeout: 60_000 });
}

const program = (end: string) => `
  import { openCpuDevice } from '@convkit/kernels-cpu';
  import { denseForward } from '@convkit/kernels-gpu';
  const device = await openCpuDevice({ threads: 2 });
  const x = await device.upload([512, 512], new Float32Array(512 * 512).fill(1), 'x');
  const bias = await device.upload([512], new Float32Array(512), 'bias');
  const y = await device.run(denseForward, [x, x, bias], {});
  ${end}
`;

it.each([
  ['idle', `console.log((await device.download(y)).data[7]);`],
  ['destroyed', `console.log((await device.download(y)).data[7]); await device.destroy();`],
])('lets Node end by itself, with its device %s, once what was asked for is there', async (_, end) => {
  expect(await node(program(end))).toEqual({ stdout: '512\n', stderr: '' });
}, 120_000);

it('does not keep Node for results that nobody waits for', async () => {
  expect(await node(program(`console.log('the end');`))).toEqual({ stdout: 'the end\n', stderr: '' });
}, 120_000);
