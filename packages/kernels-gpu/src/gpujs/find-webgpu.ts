import { DeviceError } from '@convkit/tensor';

interface WebGpuPackage {
  create(options: readonly string[]): GPU;
}

let ofPackage: GPU | undefined;

/**
 * The entry to WebGPU: the runtime's own, or in Node that of the optional package `webgpu`.
 *
 * @throws DeviceError `DEVICE_UNAVAILABLE`
 */
export async function findWebGpu(): Promise<GPU> {
  const own = (globalThis.navigator as { readonly gpu?: GPU } | undefined)?.gpu;
  if (own !== undefined) return own;
  if (typeof process === 'undefined' || process.versions?.node === undefined) {
    throw new DeviceError({ code: 'DEVICE_UNAVAILABLE', message: 'webgpu: this browser has no WebGPU, or the page is not served securely.' });
  }
  // Native code for Node; behind a variable, because bundlers for browsers would look for it.
  const name = 'webgpu';
  try {
    ofPackage ??= ((await import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as WebGpuPackage).create([]);
  } catch (cause) {
    throw new DeviceError({
      code: 'DEVICE_UNAVAILABLE',
      message: `webgpu: the package "webgpu" does not load: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`,
      help: 'npm install webgpu',
      cause,
    });
  }
  return ofPackage;
}

/** Lets `navigator.gpu`, where gpu.js looks, be what {@link findWebGpu} finds. @throws DeviceError `DEVICE_UNAVAILABLE` */
export async function installWebGpu(): Promise<void> {
  const gpu = await findWebGpu();
  if (globalThis.navigator === undefined) Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  else if (globalThis.navigator.gpu === undefined) Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}

/** The name of the GPU, as far as the runtime tells it. */
export function nameOfAdapter({ info }: GPUAdapter): string {
  return [info.vendor, info.architecture, info.device, info.description].filter((part) => part !== '').join(' ');
}
