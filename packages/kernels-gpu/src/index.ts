/**
 * Every kernel of a convolutional net as a value, forward and gradients, and devices that run them through gpu.js on WebGPU, WebGL2, WebAssembly and the CPU.
 *
 * @packageDocumentation
 */
export {};
