/**
 * Readers of labelled images behind one interface, and a seeded, resumable sampler.
 *
 * @packageDocumentation
 */
export type { Dataset, DatasetSplits, Example, Split } from './dataset.js';
export type { ByteSource, ReadOptions } from './bytes.js';
export { idxDataset, readIdx, type IdxArray, type IdxOptions } from './idx.js';
export { Sampler, type Batch, type SamplerOptions } from './sampler.js';
