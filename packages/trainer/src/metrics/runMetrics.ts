import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { speedMetrics } from './speedMetrics.ts';
import type { LogEntry } from '../state/trainerState.ts';
import type { TrainingPlan } from '../training/trainingPlan.ts';

export interface EndedRun {
  readonly args: TrainingArguments;
  readonly plan: TrainingPlan;
  readonly numTrainExamples: number | null;
  readonly batchesPerEpoch: number;
  /** Of this call of `train()`. */
  readonly seconds: number;
  readonly globalStep: number;
  /** Steps of the run that this one goes on from; null when it began anew. */
  readonly stepsBefore: number | null;
}

/** How fast a run was, as `transformers` counts; of one that is resumed, what this call did. */
export function runSpeed(run: EndedRun): LogEntry {
  const { args, plan, numTrainExamples, batchesPerEpoch, seconds, globalStep, stepsBefore } = run;
  const { perDeviceTrainBatchSize: batchSize } = args;
  const numSamples =
    args.maxSteps > 0
      ? plan.maxSteps * batchSize * args.gradientAccumulationSteps
      : (numTrainExamples ?? batchesPerEpoch * batchSize) * args.numTrainEpochs;
  const steps = globalStep - (stepsBefore ?? 0);
  const samples = globalStep > 0 ? (numSamples * steps) / globalStep : 0;
  return speedMetrics('train', seconds, stepsBefore === null ? numSamples : samples, steps);
}
