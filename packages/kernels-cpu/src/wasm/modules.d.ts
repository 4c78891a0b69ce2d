/** The compiled kernels as base64: with and without threads, with and without fused multiply-add. Written by scripts/compile.mjs. */
export const plain: string;
export const plainRelaxed: string;
export const threaded: string;
export const threadedRelaxed: string;
