// What a Trainer loads with its first run, evaluation or prediction. It is one file, so that
// bundlers make one piece of it: cut finer, it weighs more.
export { autocast, reshape, selfTest } from '@attune/tensor';
export { fusedCrossEntropy } from '@attune/tensor/internal';
export { Evaluation } from './evaluation/evaluation.ts';
export { defaultOptimizer } from './optimization/defaultOptimizer.ts';
export { TrainingRun } from './training/trainingRun.ts';
