import { DeviceError } from '@convkit/tensor';

/** A WebGL2 context that can draw 32-bit floats. @throws DeviceError `DEVICE_UNAVAILABLE` */
export function findWebGl2(): WebGL2RenderingContext {
  const canvas = typeof OffscreenCanvas !== 'undefined' ? new OffscreenCanvas(1, 1) : typeof document !== 'undefined' ? document.createElement('canvas') : undefined;
  const gl = canvas?.getContext('webgl2', { alpha: false, depth: false, antialias: false });
  if (gl && gl.getExtension('EXT_color_buffer_float') !== null) return gl;
  throw new DeviceError({
    code: 'DEVICE_UNAVAILABLE',
    message: `webgl2: ${gl ? 'this GPU cannot draw to textures of 32-bit floats.' : 'this runtime has no WebGL2.'}`,
    help: 'use the device "gpujs-webasm".',
  });
}

/** Gives a context back; browsers keep only a few, and would collect it late. */
export function loseWebGl2(gl: WebGL2RenderingContext): void {
  gl.getExtension('WEBGL_lose_context')?.loseContext();
}

/** The name of the GPU, as far as the browser tells it. */
export function nameOfRenderer(gl: WebGL2RenderingContext): string {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(info === null ? gl.RENDERER : info.UNMASKED_RENDERER_WEBGL));
}
