/**
 * Read and write named tensors as safetensors files, with every bound checked.
 *
 * @packageDocumentation
 */
export { readSafetensors, type ReadSafetensorsOptions, type SafetensorsContent } from './read-safetensors.js';
export { writeSafetensors } from './write-safetensors.js';
