export * from './tokenizer/index.ts';
export { AutoModel, AutoModelForSequenceClassification } from './auto.ts';
export { BertModel, type BertModelOutput } from './bert/bertModel.ts';
export type { PackedBatch } from './bert/packBatch.ts';
export { unpackTokens } from './bert/unpackTokens.ts';
export { loadReportMessage, type LoadReport, type ProblemShape } from './weights/loadReport.ts';
export type {
  BlobLike,
  DirectoryHandle,
  FileHandle,
  FileLike,
  ModelFolder,
  NamedFiles,
  UrlLike,
  WritableFolder,
} from './folder/modelFolder.ts';
export type { PretrainedOptions } from './folder/pretrainedFiles.ts';
export { BertConfig, type BertConfigFields, type BertConfigOptions, type ProblemType } from './config/bertConfig.ts';
export { BatchError, ConfigError, DisposedModelError } from './errors.ts';
export type { LabelOptions } from './config/labels.ts';
export { BertForSequenceClassification, type SequenceClassifierOutput } from './heads/sequenceClassification.ts';
export type { FromPretrainedOptions, NewModelOptions } from './pretrained/loadOptions.ts';
export type { ForwardOptions, HostArray, ModelInput, ModelInputs, Numbers } from './pretrained/modelInputs.ts';
export {
  PretrainedModel,
  type ActivationCheckpointingOptions,
  type SaveOptions,
} from './pretrained/pretrainedModel.ts';
export { clsPooling, maxPooling, meanPooling, normalize, type Sequences, type Vectors } from './sentences/pooling.ts';
export type { PoolingMode, SentenceConfig } from './sentences/sentenceFiles.ts';
export {
  SentenceTransformer,
  type SentenceEncodeOptions,
  type SentenceTransformerOptions,
} from './sentences/sentenceTransformer.ts';
