/**
 * Readers of labelled images behind one interface, and a seeded, resumable sampler.
 *
 * @packageDocumentation
 */
export { defineDataset, type Dataset, type DatasetAbout, type DatasetSplits, type Example, type Split } from './dataset.js';
export type { ByteSource, ReadOptions } from './bytes.js';
export type { LazyFile } from './archive.js';
export { idxDataset, readIdx, type IdxArray, type IdxOptions } from './idx.js';
export { cifar10Archive, CIFAR10_CLASSES, cifar10Dataset, type Cifar10Options } from './cifar10.js';
export { cifar100Archive, CIFAR100_CLASSES, cifar100Dataset, type Cifar100ArchiveOptions, type Cifar100Options } from './cifar100.js';
export { imageDataset, type ImageDatasetOptions, type ImageFile, type ImageFiles } from './image-dataset.js';
export { openImageFolder, type ImageFolderOptions } from './image-folder.js';
export type { SkippedPart, SkipPartOptions } from './skipped-part.js';
export { tarFolder, type FileSet } from './file-tree.js';
export { openIlsvrc } from './ilsvrc.js';
export { openWebDataset, webDataset, type OpenWebDatasetOptions, type WebDatasetOptions } from './web-dataset.js';
export { blobAccess, fileAccess, type RandomAccess } from './random-access.js';
export { decodeImage, type DecodeOptions } from './decode-image.js';
export { loadDataset, type LoadOptions } from './load-dataset.js';
export { datasetStatistics, type DatasetStatistics, type DatasetStatisticsOptions } from './dataset-statistics.js';
export { Sampler, type Batch, type SamplerOptions } from './sampler.js';
export { auditDataset, auditFindings, type AuditOptions, type DatasetAudit, type ExamplePlace } from './audit-dataset.js';
export { openPrepared, type PreparedSplits } from './open-prepared.js';
export { prepareOrder, prepareShard, type PrepareOptions, type PrepareShardOptions, type ShardFiles } from './prepare-shard.js';
export { prepareIndex, type IndexFiles, type PrepareIndexOptions } from './prepare-index.js';
export {
  parseSidecar,
  shardStem,
  type NewFile,
  type PreparedIndex,
  type PreparedPart,
  type PreparedShard,
  type ShardImage,
  type ShardSidecar,
  type SkippedImage,
} from './prepared-layout.js';
export { skipUnreadable, type SkipOptions, type UnreadableExample } from './skip-unreadable.js';
export { batchesOf, type Batches, type RowSource } from './loader/row-source.js';
export { openLoader, type Loader } from './loader/open-loader.js';
export type { LoaderOptions } from './loader/loader-options.js';
export { serveRows, type RowPort } from './loader/serve-rows.js';
export { packError, unpackError, type PackedError } from './loader/pack-error.js';
export type { LoaderWorker } from './loader/loader-worker.js';
