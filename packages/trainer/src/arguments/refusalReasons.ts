const oneProcess = 'a run is one process on one GPU';
const upload =
  'training uploads nothing; call saveModel() and createModelCard(), then npx @huggingface/hub upload user/name FOLDER';
const elsewhere = 'reports to services are callbacks of your own: { onLog: (args, state, control, { logs }) => … }';
const compiled = 'kernels are compiled before the first step, and fused by hand';
const loading = 'batches are made in this process while the GPU computes';

/** Why an argument of `unsupportedArguments` is refused, and what to do instead. */
export const refusalReasons: Readonly<Record<string, string>> = {
  loggingNanInfFilter: 'a loss that is not finite ends the run, so that none is logged',
  runName: 'loggingDir names the folder of a report',
  project: elsewhere,
  trackioSpaceId: elsewhere,
  trackioBucketId: elsewhere,
  trackioStaticSpaceId: elsewhere,
  evalDoConcatBatches: 'predictions of all batches are joined; predictionStep sees each alone',
  evalUseGatherObject: oneProcess,
  ignoreDataSkip: 'a run that is resumed finds its place without reading what came before',
  fullDeterminism: 'every run is deterministic',
  tf32: 'WebGPU has no TF32; fp16 is faster',
  torchCompile: compiled,
  torchCompileBackend: compiled,
  torchCompileMode: compiled,
  torchEmptyCacheSteps: 'arrays that are given back are used again by the next step',
  useLigerKernel: compiled,
  ligerKernelConfig: compiled,
  useCache: 'an encoder keeps no keys and values',
  dataloaderNumWorkers: loading,
  dataloaderPersistentWorkers: loading,
  dataloaderPrefetchFactor: loading,
  dataloaderMultiprocessingContext: loading,
  averageTokensAcrossDevices: oneProcess,
  useCpu: 'there is no other way than WebGPU; on Linux VK_DRIVER_FILES names a software driver',
  noCuda: 'there is no other way than WebGPU; on Linux VK_DRIVER_FILES names a software driver',
  pushToHub: upload,
  hubModelId: upload,
  hubStrategy: upload,
  hubToken: upload,
  hubPrivateRepo: upload,
  hubAlwaysPush: upload,
  hubRevision: upload,
  skipMemoryMetrics: 'model.device.memory says what is in use, and the most that was',
  optimTargetModules: 'it belongs to optimizers that are not here',
  acceleratorConfig: oneProcess,
  parallelismConfig: oneProcess,
  deepspeed: oneProcess,
  fsdp: oneProcess,
  fsdpConfig: oneProcess,
  ddpBackend: oneProcess,
  ddpFindUnusedParameters: oneProcess,
  ddpBucketCapMb: oneProcess,
  ddpBroadcastBuffers: oneProcess,
  ddpStaticGraph: oneProcess,
};
