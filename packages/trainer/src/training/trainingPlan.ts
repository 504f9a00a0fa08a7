import type { TrainingArguments } from '../arguments/trainingArguments.ts';

/** How many steps and epochs a run has, and when things happen in it. */
export interface TrainingPlan {
  /** Optimizer steps in one epoch. */
  readonly stepsPerEpoch: number;
  /** Optimizer steps in all. */
  readonly maxSteps: number;
  /** Epochs begun, the last one perhaps not finished. */
  readonly numTrainEpochs: number;
  readonly warmupSteps: number;
  readonly loggingSteps: number;
  readonly evalSteps: number;
  readonly saveSteps: number;
}

/**
 * Turns epochs, fractions and ratios into steps, as `transformers` does.
 *
 * @param batchesPerEpoch length of the training data loader
 */
export function makeTrainingPlan(args: TrainingArguments, batchesPerEpoch: number): TrainingPlan {
  const stepsPerEpoch = Math.max(1, Math.ceil(batchesPerEpoch / args.gradientAccumulationSteps));
  const maxSteps = args.maxSteps > 0 ? args.maxSteps : Math.ceil(args.numTrainEpochs * stepsPerEpoch);
  const steps = (value: number) => (value < 1 ? Math.ceil(value * maxSteps) : value);
  return {
    stepsPerEpoch,
    maxSteps,
    numTrainEpochs: args.maxSteps > 0 ? Math.ceil(maxSteps / stepsPerEpoch) : Math.ceil(args.numTrainEpochs),
    warmupSteps: steps(args.warmupSteps),
    loggingSteps: steps(args.loggingSteps),
    evalSteps: steps(args.evalSteps ?? args.loggingSteps),
    saveSteps: steps(args.saveSteps),
  };
}
