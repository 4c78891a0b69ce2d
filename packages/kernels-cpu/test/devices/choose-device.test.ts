import { chooseDevice } from '@convkit/kernels-cpu';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
});

const cores = navigatorOrOs();

it('passes a GPU that is a program over, and takes cpu', async () => {
  const { name, reason, probes } = await chooseDevice();
  expect(name).toBe('cpu');
  // The tests bring their own GPU, which is SwiftShader.
  expect(reason).toMatch(/^webgpu: .*swiftshader.* is a program, not a GPU\. webgl2: .* cpu is there\.$/i);
  expect(probes.map((probe) => probe.name)).toEqual(['webgpu', 'webgl2', 'cpu', 'gpujs-webasm', 'gpujs-cpu']);
  expect(probes[2]).toEqual({ name: 'cpu', available: true, software: false, details: { threads: cores, sharedMemory: true } });
});

it('has one thread where memory cannot be shared', async () => {
  vi.stubGlobal('SharedArrayBuffer', undefined);
  const { name, probes } = await chooseDevice();
  expect(name).toBe('cpu');
  expect(probes[2].details).toEqual({ threads: 1, sharedMemory: false });
});

it('takes what is left without WebAssembly SIMD, and says why', async () => {
  vi.stubGlobal('WebAssembly', undefined);
  const { name, reason, probes } = await chooseDevice();
  expect(name).toBe('gpujs-cpu');
  expect(reason).toMatch(/ cpu: this runtime has no WebAssembly SIMD\. gpujs-webasm: .* gpujs-cpu is there\.$/);
  expect(probes[2]).toMatchObject({ available: false, reason: 'cpu: this runtime has no WebAssembly SIMD.' });
});

it('takes a real GPU before all others', async () => {
  const limits = { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 27 };
  const info = { vendor: 'acme', architecture: 'fast', device: '', description: 'Acme 1', isFallbackAdapter: false };
  vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => ({ info, limits, features: new Set() }) }, hardwareConcurrency: cores });
  expect(await chooseDevice()).toMatchObject({ name: 'webgpu', reason: 'webgpu is there.' });
});

function navigatorOrOs(): number {
  return (globalThis.navigator as Navigator | undefined)?.hardwareConcurrency ?? process.getBuiltinModule('node:os').availableParallelism();
}
