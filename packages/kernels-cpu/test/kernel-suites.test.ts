/// <reference types="vite/client" />
import { describe, expect, it, vi } from 'vitest';
import { cpuDevice } from './support/cpu-device.js';

// What the suites of the kernels in kernels-gpu run on: here they run once more, on this device alone.
vi.mock('../../kernels-gpu/test/support/devices.js', () => ({ testDevices: [cpuDevice] }));

const suites = {
  ...import.meta.glob(['../../kernels-gpu/test/*/*.test.ts', '!../../kernels-gpu/test/{gpujs,plan}/*']),
  ...import.meta.glob('../../kernels-gpu/test/gpujs/engines.test.ts'),
};

it('finds the suites of the kernels', () => {
  expect(Object.keys(suites)).toEqual(expect.arrayContaining(['conv2d/backward-weights', 'golden/golden', 'gpujs/engines'].map((name) => `../../kernels-gpu/test/${name}.test.ts`)));
});

describe.each(Object.entries(suites))('%s', async (_, load) => {
  await load();
});
