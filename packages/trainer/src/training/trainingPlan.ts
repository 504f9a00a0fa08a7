import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { TrainerState } from '../state/trainerState.ts';
import { beginning } from './startingPoint.ts';
import type { StartingPoint } from './startingPoint.ts';

/** Numbers of steps and epochs of a run, and the intervals of logs, evaluations and checkpoints. */
export interface TrainingPlan {
  /** Optimizer steps in one epoch. */
  readonly stepsPerEpoch: number;
  /** Optimizer steps in all. */
  readonly maxSteps: number;
  /** Number of epochs; the last one may be partial. */
  readonly numTrainEpochs: number;
  readonly warmupSteps: number;
  readonly loggingSteps: number;
  readonly evalSteps: number;
  readonly saveSteps: number;
}

/** Value in the state where evaluations are not by steps, as in `transformers`. */
const evalStepsUnused = new TrainerState().evalSteps;

/**
 * Turns epochs, fractions and ratios into steps, as `transformers` does.
 *
 * @param batchesPerEpoch length of the training data loader
 * @param start where a resumed run starts
 */
export function makeTrainingPlan(
  args: TrainingArguments,
  batchesPerEpoch: number,
  start: StartingPoint = beginning,
): TrainingPlan {
  const stepsPerEpoch = Math.max(1, Math.ceil(batchesPerEpoch / args.gradientAccumulationSteps));
  // Steps that the present batch size would have taken up to the starting point; with another batch
  // size the real number differs.
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
    evalSteps: steps(args.evalSteps ?? evalStepsUnused),
    saveSteps: steps(args.saveSteps),
  };
}
