export * from './tokenizer/index.ts';
export { AutoModel, AutoModelForSequenceClassification } from './auto.ts';
export { BertConfig, type BertConfigFields, type BertConfigOptions, type ProblemType } from './config/bertConfig.ts';
export { ConfigError } from './config/configError.ts';
export type { LabelOptions } from './config/labels.ts';
export { BertModel, type BertModelOutput, type ForwardContext } from './model/bertModel.ts';
export { BertForSequenceClassification, type SequenceClassifierOutput } from './model/bertForSequenceClassification.ts';
export {
  PretrainedModel,
  type FromPretrainedOptions,
  type NewModelOptions,
  type SaveOptions,
} from './model/pretrainedModel.ts';
export { packBatch, type Batch, type HostArray, type PackedBatch } from './model/packBatch.ts';
export { unpackTokens } from './model/unpackTokens.ts';
export { BatchError } from './model/batchError.ts';
export { loadReportMessage, type LoadReport } from './checkpoint/loadReport.ts';
export type { ProblemShape } from './checkpoint/shapes.ts';
export type { PretrainedOptions } from './files/pretrainedFiles.ts';
