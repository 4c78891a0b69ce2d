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
  if (process.platform === 'linux' && !hasVulkanDriver()) {
    throw new DeviceError({ code: 'DEVICE_UNAVAILABLE', message: 'webgpu: this machine has no Vulkan driver.', help: 'install the driver of the GPU.' });
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

/** Where the Vulkan loader looks. The native code of the package `webgpu` would find no driver either, but write about it on the terminal. */
function hasVulkanDriver(): boolean {
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, VK_ADD_DRIVER_FILES, XDG_DATA_HOME, XDG_DATA_DIRS, HOME } = process.env;
  if (VK_DRIVER_FILES || VK_ICD_FILENAMES || VK_ADD_DRIVER_FILES) return true;
  const { readdirSync } = process.getBuiltinModule('node:fs');
  const roots = ['/etc', '/etc/xdg', '/usr/local/etc', XDG_DATA_HOME ?? `${HOME}/.local/share`, ...(XDG_DATA_DIRS ?? '/usr/local/share:/usr/share').split(':')];
  return roots.some((root) => {
    try {
      return readdirSync(`${root}/vulkan/icd.d`).length > 0;
    } catch {
      return false;
    }
  });
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
