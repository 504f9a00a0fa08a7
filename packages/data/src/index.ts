export { NdArray } from './array/ndArray.ts';
export type { TypedArray } from './array/typedArray.ts';
export type { Batch, BatchArray, CollatedBatch, CollatorRow, DataCollator, ListCollator } from './collate/batch.ts';
export { DataCollatorWithPadding } from './collate/dataCollatorWithPadding.ts';
export type { DataCollatorWithPaddingOptions, Padding, PaddingTokenizer } from './collate/dataCollatorWithPadding.ts';
export { defaultDataCollator } from './collate/defaultDataCollator.ts';
export { concatenateDatasets, Dataset } from './dataset/dataset.ts';
export { datasetDict } from './dataset/datasetDict.ts';
export type { DatasetDict, TrainTestSplit } from './dataset/datasetDict.ts';
export type {
  CacheIdentity,
  FilterOptions,
  MapOptions,
  ShardOptions,
  SortOptions,
  SplitOptions,
} from './dataset/options.ts';
export type { MappedRow, NewColumn, RowBatch, RowOfColumns } from './dataset/rowTypes.ts';
export {
  CollateError,
  ColumnNotFoundError,
  DataFileError,
  DatasetError,
  FeatureError,
  MapError,
  SplitError,
} from './errors.ts';
export { ClassLabel, list, value } from './features/feature.ts';
export type { Feature, Features, ListFeature, ValueFeature, ValueType } from './features/feature.ts';
export { loadDataset } from './load/loadDataset.ts';
export type { DataFiles, FileOptions, LoadDatasetOptions } from './load/loadOptions.ts';
export type { DataFile, FileObject } from './platform/platform.ts';
export { DataLoader } from './loader/dataLoader.ts';
export type { DataLoaderOptions, RowSource } from './loader/dataLoader.ts';
export { RandomSampler, SequentialSampler } from './loader/samplers.ts';
export type { RandomSamplerOptions, Sampler } from './loader/samplers.ts';
