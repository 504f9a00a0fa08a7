/**
 * Arguments that `transformers` has and this Trainer does not support, with the value at which
 * leaving them out changes nothing. That value is accepted, any other is an error: an argument is
 * never ignored.
 */
export const unsupportedArguments: Readonly<Record<string, unknown>> = {
  loggingNanInfFilter: false,
  runName: null,
  project: null,
  trackioSpaceId: null,
  trackioBucketId: null,
  trackioStaticSpaceId: null,
  evalDoConcatBatches: true,
  evalUseGatherObject: false,
  ignoreDataSkip: false,
  fullDeterminism: true,
  tf32: false,
  torchCompile: false,
  torchCompileBackend: null,
  torchCompileMode: null,
  torchEmptyCacheSteps: null,
  useLigerKernel: false,
  ligerKernelConfig: null,
  useCache: false,
  dataloaderNumWorkers: 0,
  dataloaderPersistentWorkers: false,
  dataloaderPrefetchFactor: null,
  dataloaderMultiprocessingContext: null,
  averageTokensAcrossDevices: true,
  useCpu: false,
  noCuda: false,
  pushToHub: false,
  hubModelId: null,
  hubStrategy: 'every_save',
  hubToken: null,
  hubPrivateRepo: null,
  hubAlwaysPush: false,
  hubRevision: null,
  skipMemoryMetrics: true,
  optimTargetModules: null,
  acceleratorConfig: null,
  parallelismConfig: null,
  deepspeed: null,
  fsdp: null,
  fsdpConfig: null,
  ddpBackend: null,
  ddpFindUnusedParameters: null,
  ddpBucketCapMb: null,
  ddpBroadcastBuffers: null,
  ddpStaticGraph: null,
};

/** Names of older versions and of other libraries, and what they are called here. */
export const renamedArguments: Readonly<Record<string, string>> = {
  evaluationStrategy: 'evalStrategy',
  warmupRatio: 'warmupSteps (a value below 1 is a part of all steps)',
  groupByLength: "trainSamplingStrategy: 'group_by_length'",
  tokenizer: 'processingClass, an option of Trainer',
  perGpuTrainBatchSize: 'perDeviceTrainBatchSize',
  perGpuEvalBatchSize: 'perDeviceEvalBatchSize',
  lr: 'learningRate',
  epochs: 'numTrainEpochs',
  numEpochs: 'numTrainEpochs',
  batchSize: 'perDeviceTrainBatchSize',
  trainBatchSize: 'perDeviceTrainBatchSize',
  evalBatchSize: 'perDeviceEvalBatchSize',
  outputDir: "the first argument: new TrainingArguments('out', { … })",
};

/** Arguments that say nothing to this Trainer, whatever their value, and what to do instead. */
export const pointlessArguments: Readonly<Record<string, string>> = {
  overwriteOutputDir: 'an output folder that exists is written into',
  saveSafetensors: 'weights are always saved as safetensors',
  doTrain: 'call trainer.train()',
  doEval: 'call trainer.evaluate(), or set evalStrategy',
  doPredict: 'call trainer.predict(dataset)',
  restoreCallbackStatesFromCheckpoint: 'callbacks that have a state go on from it whenever a run is resumed',
  logLevel: 'there are no levels of messages; disableTqdm hides the progress line',
  logLevelReplica: 'there are no levels of messages',
  logOnEachNode: 'a run is one process',
  saveOnEachNode: 'a run is one process',
  localRank: 'a run is one process',
  ddpTimeout: 'a run is one process',
  dataloaderPinMemory: 'batches go to the GPU without page-locked memory',
  dataloaderInOrder: 'batches always come in order',
  enableJitCheckpoint: 'a signal always saves a checkpoint before the process ends',
  debug: 'errors of the GPU always name the kernel',
};

/** Arguments that can never be supported, and why. They may be `false`. */
export const impossibleArguments: Readonly<Record<string, string>> = {
  bf16: 'WebGPU shaders have no bfloat16; use fp16, which every adapter supports',
  bf16FullEval: 'WebGPU shaders have no bfloat16; use fp16FullEval',
};
