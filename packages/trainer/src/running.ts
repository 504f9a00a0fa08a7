// What a Trainer loads with its first run, evaluation or prediction. It is one file, so that
// bundlers make one chunk of it; several chunks would be larger.
export { autocast, selfTest } from '@attune/tensor';
export { readCheckpointToResume } from './checkpoint/checkpointToResume.ts';
export { largestBatchLengths } from './data/largestBatch.ts';
export { Evaluation } from './evaluation/evaluation.ts';
export { timedLoop } from './evaluation/timedLoop.ts';
export { defaultOptimizer } from './optimization/defaultOptimizer.ts';
export { smoothingOperations } from './step/smoothingOperations.ts';
export { findBatchSize } from './training/findBatchSize.ts';
export { switchModel } from './training/switchModel.ts';
export { TrainingRun } from './training/trainingRun.ts';
