import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openGpuDevice } from '@convkit/kernels-gpu';
import { expect, it } from 'vitest';

const run = promisify(execFile);

/** Runs a program on the package as it was built, in a Node process of its own, and returns what it wrote. */
async function node(program: string, env: Readonly<Record<string, string>> = {}) {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  return run(process.execPath, ['--input-type=module', '--eval', program], { cwd, env: { ...process.env, ...env }, timeout: 60_000 });
}

const program = (name: string, end: string) => `
  import { openGpuDevice, reluForward } from '@convkit/kernels-gpu';
  const device = await openGpuDevice('${name}');
  const x = await device.upload([8192], new Float32Array(8192).fill(2), 'x');
  const y = await device.run(reluForward, [x], {});
  console.log((await device.download(y)).data[8191], device.report().mode);
  ${end}
`;

it.each([
  ['gpujs-webasm', '2 webasm'],
  ['gpujs-cpu', '2 cpu'],
  ['webgpu', '2 webgpu'],
])('lets Node end by itself: %s', async (name, output) => {
  for (const end of ['', 'await device.destroy();']) {
    const { stdout, stderr } = await node(program(name, end));
    expect(stdout.trim()).toBe(output);
    expect(stderr).toBe('');
  }
}, 120_000);

it('says without a word of native code that there is no Vulkan driver', async () => {
  const nowhere = { VK_ICD_FILENAMES: '', VK_DRIVER_FILES: '', VK_ADD_DRIVER_FILES: '', XDG_DATA_HOME: '/nowhere', XDG_DATA_DIRS: '/nowhere' };
  const { stdout, stderr } = await node(`import { probeDevices } from '@convkit/kernels-gpu'; console.log(JSON.stringify((await probeDevices())[0]));`, nowhere);
  expect(JSON.parse(stdout)).toMatchObject({ name: 'webgpu', available: false, reason: 'webgpu: this machine has no Vulkan driver.' });
  expect(stderr).toBe('');
});

it('costs whoever imports kernels alone a few kilobytes', () => {
  const folder = new URL('../../dist/', import.meta.url);
  const sizeOfImports = (file: string): number => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    return text.length + [...text.matchAll(/^(?:import|export) .* from '\.\/(.+)';$/gm)].reduce((sum, [, next]) => sum + sizeOfImports(next), 0);
  };
  expect(sizeOfImports('index.js')).toBeLessThan(64 * 1024);
});

it('says why WebGL2 is not there', async () => {
  await expect(openGpuDevice('webgl2')).rejects.toMatchObject({ name: 'DeviceError', code: 'DEVICE_UNAVAILABLE', summary: 'webgl2: this runtime has no WebGL2.' });
});
