// Symbol.dispose, for readers whose `lib` is older.
/// <reference lib="esnext.disposable" preserve="true" />
export type {
  CheckpointingKwargs,
  IntervalStrategy,
  ReportName,
  SamplingStrategy,
  SaveStrategy,
  TokensSeen,
  TrainingArgumentsOptions,
} from './arguments/defaults.ts';
export type { OptimArgs, OptimizerClass, OptimizerName } from './arguments/optimizers.ts';
export { TrainingArguments, type SavedArguments } from './arguments/trainingArguments.ts';
export { DefaultFlowCallback } from './callbacks/defaultFlowCallback.ts';
export { EarlyStoppingCallback } from './callbacks/earlyStoppingCallback.ts';
export type { EarlyStoppingOptions } from './callbacks/earlyStoppingCallback.ts';
export { JsonProgressCallback } from './callbacks/jsonProgressCallback.ts';
export { PrinterCallback } from './callbacks/printerCallback.ts';
export { ProgressCallback } from './callbacks/progressCallback.ts';
export type {
  CallbackClass,
  CallbackContext,
  CallbackEvent,
  CallbackState,
  CompletedStep,
  Preparation,
  TrainerCallback,
} from './callbacks/trainerCallback.ts';
export { getLastCheckpoint } from './checkpoint/getLastCheckpoint.ts';
export type { EvalDataset, TrainerDataset } from './data/trainerDataset.ts';
export {
  BatchTooLargeError,
  CheckpointError,
  NonFiniteLossError,
  SaveError,
  TrainerDatasetError,
  TrainerError,
  TrainingArgumentsError,
  TrainingInterruptedError,
} from './errors.ts';
export { EvalPrediction } from './evaluation/evaluationOutput.ts';
export type { EvaluationOutput, MetricExtras, PredictionOutput } from './evaluation/evaluationOutput.ts';
export type { Collected, Nested } from './evaluation/nested.ts';
export type {
  ComputedLoss,
  ComputeLossFunc,
  ComputeLossOptions,
  Dataloader,
  EvaluateOptions,
  EvaluationLoopOptions,
  ExtensionPoints,
  MicroBatchOptions,
  OptimizerInput,
  OptimizerScheduler,
  PredictionStepOptions,
  PredictionStepOutput,
  SaveModelOptions,
  SchedulerInput,
  SchedulerMaker,
} from './extensionPoints.ts';
export type { ModelCardOptions } from './modelCard/options.ts';
export type { ForwardContext, ModelOutput, TrainableModel } from './model.ts';
export { JsonlCallback } from './reports/jsonlCallback.ts';
export type { ReportOptions } from './reports/loggingFolder.ts';
export { TensorBoardCallback } from './reports/tensorBoardCallback.ts';
export { TrainerControl } from './state/trainerControl.ts';
export { TrainerState } from './state/trainerState.ts';
export type { LogEntry, LogValue } from './state/trainerState.ts';
export { Trainer } from './trainer.ts';
export type { TrainOptions } from './runOptions.ts';
export type { TrainOutput } from './training/trainOutput.ts';
export type { ComputeMetricsOptions, ProcessingClass, TrainerOptions } from './trainerOptions.ts';
