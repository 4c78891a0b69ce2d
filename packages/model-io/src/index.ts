/**
 * Read and write named tensors as safetensors files, with every bound checked.
 *
 * @packageDocumentation
 */
export {};
