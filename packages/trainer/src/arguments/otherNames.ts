/**
 * Arguments that `transformers` has and this Trainer does not support, with the value at which
 * leaving them out changes nothing. That value is accepted, any other is an error: an argument is
 * never ignored.
 */
export const unsupportedArguments: Readonly<Record<string, unknown>> = {
  loggingNanInfFilter: false,
  reportTo: 'none',
  runName: null,
  includeNumInputTokensSeen: 'no',
  evalAccumulationSteps: null,
  predictionLossOnly: false,
  includeForMetrics: null,
  batchEvalMetrics: false,
  evalDoConcatBatches: true,
  loadBestModelAtEnd: false,
  metricForBestModel: null,
  greaterIsBetter: null,
  resumeFromCheckpoint: null,
  ignoreDataSkip: false,
  restoreCallbackStatesFromCheckpoint: false,
  fullDeterminism: true,
  fp16FullEval: false,
  tf32: false,
  gradientCheckpointing: false,
  gradientCheckpointingKwargs: null,
  torchCompile: false,
  autoFindBatchSize: false,
  neftuneNoiseAlpha: null,
  lengthColumnName: 'length',
  dataloaderNumWorkers: 0,
  dataloaderPersistentWorkers: false,
  dataloaderPrefetchFactor: null,
  averageTokensAcrossDevices: true,
  useCpu: false,
  pushToHub: false,
  hubModelId: null,
  skipMemoryMetrics: true,
  optimArgs: null,
  optimTargetModules: null,
};

/** Names of older versions, and what they are called now. */
export const renamedArguments: Readonly<Record<string, string>> = {
  evaluationStrategy: 'evalStrategy',
  warmupRatio: 'warmupSteps (a value below 1 is a part of all steps)',
  groupByLength: "trainSamplingStrategy: 'group_by_length'",
  noCuda: 'useCpu',
  tokenizer: 'processingClass, an option of Trainer',
  overwriteOutputDir: 'nothing: an output folder that exists is written into',
  loggingDir: 'nothing: logs are in trainer_state.json',
  saveSafetensors: 'nothing: weights are always saved as safetensors',
  perGpuTrainBatchSize: 'perDeviceTrainBatchSize',
  perGpuEvalBatchSize: 'perDeviceEvalBatchSize',
};

/** Arguments that can never be supported, and why. They may be `false`. */
export const impossibleArguments: Readonly<Record<string, string>> = {
  bf16: 'WebGPU shaders have no bfloat16; use fp16, which every adapter supports',
  bf16FullEval: 'WebGPU shaders have no bfloat16; evaluation is in f32',
};
