import { DeviceError } from '@convkit/tensor';

/** Compiles the kernels, which are loaded on the first call. @throws DeviceError `DEVICE_UNAVAILABLE` when the runtime lacks an instruction they use */
export async function loadModule(threads: boolean, relaxedSimd: boolean): Promise<WebAssembly.Module> {
  const modules = await import('./wasm/modules.js');
  const name = threads ? (relaxedSimd ? 'threadedRelaxed' : 'threaded') : relaxedSimd ? 'plainRelaxed' : 'plain';
  const bytes = Uint8Array.from(atob(modules[name]), (character) => character.charCodeAt(0));
  if (!WebAssembly.validate(bytes)) {
    throw new DeviceError({
      code: 'DEVICE_UNAVAILABLE',
      message: `cpu: this runtime has no WebAssembly with ${relaxedSimd ? 'relaxed SIMD' : 'SIMD'}.`,
      help: relaxedSimd ? 'leave relaxedSimd out, or use Node 22 or a browser of its age.' : 'use Node 20 or a browser of its age.',
    });
  }
  return WebAssembly.compile(bytes);
}
