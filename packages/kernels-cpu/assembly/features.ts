/** Whether this build multiplies and adds in one instruction, which rounds once instead of twice. */
export const RELAXED: bool = ASC_FEATURE_RELAXED_SIMD;
