import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { TrainerState } from '../state/trainerState.ts';
import { beginning } from './startingPoint.ts';
import type { StartingPoint } from './startingPoint.ts';

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

/** What a state has where no steps of evaluations are asked for, as in `transformers`. */
const evalStepsUnused = new TrainerState().evalSteps;

/**
 * Turns epochs, fractions and ratios into steps, as `transformers` does.
 *
 * @param batchesPerEpoch length of the training data loader
 * @param start where a run that is resumed goes on
 */
export function makeTrainingPlan(
  args: TrainingArguments,
  batchesPerEpoch: number,
  start: StartingPoint = beginning,
): TrainingPlan {
  const stepsPerEpoch = Math.max(1, Math.ceil(batchesPerEpoch / args.gradientAccumulationSteps));
  // Steps that the batches of today would have taken to where the run goes on; others were taken
  // where batches were of another size.
  const stepsLeftInEpoch = Math.ceil((batchesPerEpoch - start.batchesDone) / args.gradientAccumulationSteps);
  const stepsToStart = (start.epoch + 1) * stepsPerEpoch - stepsLeftInEpoch;
  const others = start.sameBatches ? 0 : start.globalStep - stepsToStart;
  const maxSteps = args.maxSteps > 0 ? args.maxSteps : Math.ceil(args.numTrainEpochs * stepsPerEpoch) + others;
  const steps = (value: number) => (value < 1 ? Math.ceil(value * maxSteps) : value);
  return {
    stepsPerEpoch,
    maxSteps,
    numTrainEpochs: args.maxSteps > 0 ? Math.ceil((maxSteps - others) / stepsPerEpoch) : Math.ceil(args.numTrainEpochs),
    warmupSteps: steps(args.warmupSteps),
    loggingSteps: steps(args.loggingSteps),
    evalSteps: steps(args.evalSteps ?? (args.evalStrategy === 'steps' ? args.loggingSteps : evalStepsUnused)),
    saveSteps: steps(args.saveSteps),
  };
}
