const oneProcess = 'a run is one process on one GPU';
const onlyWebGpu = 'WebGPU is the only backend; on Linux VK_DRIVER_FILES names a software driver';
const upload =
  'training uploads nothing; call saveModel() and createModelCard(), then npx @huggingface/hub upload user/name FOLDER';
const elsewhere = 'reports to services are callbacks of your own: { onLog: (args, state, control, { logs }) => … }';
const compiled = 'kernels are compiled before the first step, and fused by hand';
const loading = 'batches are made in this process while the GPU computes';

/** An argument of `transformers` that this Trainer does not support. */
export interface UnsupportedArgument {
  /** The value that is the same as leaving the argument out. */
  readonly neutral: unknown;
  /** Why any other is refused, and what to do instead. */
  readonly reason: string;
}

/**
 * Arguments that `transformers` has and this Trainer does not support. The neutral value is
 * accepted, any other is an error: an argument is never ignored.
 */
export const unsupportedArguments: Readonly<Record<string, UnsupportedArgument>> = {
  loggingNanInfFilter: { neutral: false, reason: 'a loss that is not finite ends the run, so that none is logged' },
  runName: { neutral: null, reason: 'loggingDir names the folder of a report' },
  project: { neutral: null, reason: elsewhere },
  trackioSpaceId: { neutral: null, reason: elsewhere },
  trackioBucketId: { neutral: null, reason: elsewhere },
  trackioStaticSpaceId: { neutral: null, reason: elsewhere },
  evalDoConcatBatches: {
    neutral: true,
    reason: 'predictions of all batches are joined; predictionStep sees each by itself',
  },
  evalUseGatherObject: { neutral: false, reason: oneProcess },
  ignoreDataSkip: { neutral: false, reason: 'a resumed run finds its place without reading what came before' },
  fullDeterminism: { neutral: true, reason: 'every run is deterministic' },
  tf32: { neutral: false, reason: 'WebGPU has no TF32; fp16 is faster' },
  torchCompile: { neutral: false, reason: compiled },
  torchCompileBackend: { neutral: null, reason: compiled },
  torchCompileMode: { neutral: null, reason: compiled },
  torchEmptyCacheSteps: { neutral: null, reason: 'released arrays are reused by the next step' },
  useLigerKernel: { neutral: false, reason: compiled },
  ligerKernelConfig: { neutral: null, reason: compiled },
  useCache: { neutral: false, reason: 'an encoder keeps no keys and values' },
  dataloaderNumWorkers: { neutral: 0, reason: loading },
  dataloaderPersistentWorkers: { neutral: false, reason: loading },
  dataloaderPrefetchFactor: { neutral: null, reason: loading },
  dataloaderMultiprocessingContext: { neutral: null, reason: loading },
  averageTokensAcrossDevices: { neutral: true, reason: oneProcess },
  useCpu: { neutral: false, reason: onlyWebGpu },
  noCuda: { neutral: false, reason: onlyWebGpu },
  pushToHub: { neutral: false, reason: upload },
  hubModelId: { neutral: null, reason: upload },
  hubStrategy: { neutral: 'every_save', reason: upload },
  hubToken: { neutral: null, reason: upload },
  hubPrivateRepo: { neutral: null, reason: upload },
  hubAlwaysPush: { neutral: false, reason: upload },
  hubRevision: { neutral: null, reason: upload },
  skipMemoryMetrics: { neutral: true, reason: 'model.device.memory says what is in use, and the most that was' },
  optimTargetModules: { neutral: null, reason: 'it belongs to optimizers that are not supported' },
  acceleratorConfig: { neutral: null, reason: oneProcess },
  parallelismConfig: { neutral: null, reason: oneProcess },
  deepspeed: { neutral: null, reason: oneProcess },
  fsdp: { neutral: null, reason: oneProcess },
  fsdpConfig: { neutral: null, reason: oneProcess },
  ddpBackend: { neutral: null, reason: oneProcess },
  ddpFindUnusedParameters: { neutral: null, reason: oneProcess },
  ddpBucketCapMb: { neutral: null, reason: oneProcess },
  ddpBroadcastBuffers: { neutral: null, reason: oneProcess },
  ddpStaticGraph: { neutral: null, reason: oneProcess },
};

/** Names of older versions and of other libraries, and what they are called here. */
export const renamedArguments: Readonly<Record<string, string>> = {
  evaluationStrategy: 'evalStrategy',
  warmupRatio: 'warmupSteps (a value below 1 is a fraction of all steps)',
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

/** Arguments that mean nothing to this Trainer, whatever their value, and what to do instead. */
export const pointlessArguments: Readonly<Record<string, string>> = {
  overwriteOutputDir: 'an existing output folder is written to',
  saveSafetensors: 'weights are always saved as safetensors',
  doTrain: 'call trainer.train()',
  doEval: 'call trainer.evaluate(), or set evalStrategy',
  doPredict: 'call trainer.predict(dataset)',
  restoreCallbackStatesFromCheckpoint: 'callbacks with a state always continue from it when a run is resumed',
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
