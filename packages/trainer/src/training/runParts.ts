import type { Batch } from '@attune/data';
import type { AbortSignal } from '@attune/platform';
import type { Optimizer, Schedule } from '@attune/tensor';
import { callable, objectWith, requireArgument } from '@attune/validate';
import type { Kind } from '@attune/validate';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { CallbackList } from '../callbacks/callbackList.ts';
import type { Checkpoint } from '../checkpoint/read.ts';
import type { SavableProcessor } from '../checkpoint/write.ts';
import { checkedDataloader } from '../dataloaders.ts';
import { TrainerError } from '../errors.ts';
import type { Dataloader, ExtensionPoints } from '../extensionPoints.ts';
import type { TrainableModel } from '../model.ts';
import { TrainerControl } from '../state/trainerControl.ts';
import { TrainerState } from '../state/trainerState.ts';
import type { TrainerStateFields } from '../state/trainerState.ts';
import { beginning, loadOptimizer, loadWeights, startingPoint } from './resume.ts';
import type { StartingPoint } from './resume.ts';
import { makeTrainingPlan } from './trainingPlan.ts';
import type { TrainingPlan } from './trainingPlan.ts';

/** The Trainer that a run belongs to: what a person sees of it, and overrides. */
export interface RunningTrainer extends ExtensionPoints {
  readonly model: TrainableModel;
  readonly args: TrainingArguments;
  readonly control: TrainerControl;
  readonly processingClass: SavableProcessor | undefined;
  state: TrainerState;
}

/** What a run is made of. */
export interface RunInput {
  readonly trainer: RunningTrainer;
  readonly callbacks: CallbackList;
  /** Batch keys of the labels. */
  readonly labelNames: readonly string[];
  /** Passed to the evaluations of the run. */
  readonly ignoreKeysForEval?: readonly string[];
  /** What the run goes on from; null when it begins. */
  readonly checkpoint: Checkpoint | null;
  /** What a person is told to do who has stopped it. */
  readonly howToResume: string;
  /** Rows of the training set; null when only its batches are known. */
  readonly numTrainExamples: number | null;
  /** Lengths of the rows of the largest batch of so many epochs; null where they are not known. */
  readonly largestBatchLengths: (epochs: number) => readonly number[] | null;
  /** Ends the run. */
  readonly signal: AbortSignal | undefined;
  /** Records an evaluation of such a batch, where there will be one. */
  readonly recordEvaluation: (batch: Batch) => void;
}

export interface RunParts {
  readonly loader: Dataloader;
  readonly plan: TrainingPlan;
  readonly schedule: Schedule;
  readonly optimizer: Optimizer;
  readonly start: StartingPoint;
}

const scheduleKind: Kind = { ...callable, what: 'a function from a step to its learning rate' };

const optimizerKind = objectWith('an Optimizer', { step: 'function', recordLoss: 'function', records: 'function' });

/**
 * Makes what a run needs: batches, plan, schedule, optimizer, and a state that starts at 0, or where
 * the checkpoint stands.
 */
export async function makeRunParts(input: RunInput): Promise<RunParts> {
  const { trainer, callbacks, checkpoint, numTrainExamples } = input;
  const { args, model } = trainer;
  const loader = checkedDataloader('getTrainDataloader', await trainer.getTrainDataloader());
  const batchesPerEpoch = loader.length;
  const start = checkpoint ? startingPoint(checkpoint, { args, model, numTrainExamples, batchesPerEpoch }) : beginning;
  const plan = makeTrainingPlan(args, batchesPerEpoch, start);
  const schedule = trainer.createScheduler({
    numTrainingSteps: plan.maxSteps,
    numWarmupSteps: plan.warmupSteps,
  });
  requireArgument('createScheduler', 'what it returns', schedule, scheduleKind, TrainerError);
  const learningRates = Float64Array.from({ length: plan.maxSteps }, (_, step) => schedule(step));
  // Before the optimizer, which copies them.
  if (checkpoint) loadWeights(checkpoint, model);
  const optimizer = await trainer.createOptimizer({ model, learningRates });
  requireArgument('createOptimizer', 'what it returns', optimizer, optimizerKind, TrainerError);
  if (checkpoint) loadOptimizer(checkpoint, optimizer);
  const fields: TrainerStateFields = {
    maxSteps: plan.maxSteps,
    numTrainEpochs: plan.numTrainEpochs,
    trainBatchSize: args.perDeviceTrainBatchSize,
    loggingSteps: plan.loggingSteps,
    evalSteps: plan.evalSteps,
    saveSteps: plan.saveSteps,
    headSeed: checkpoint?.progress.headSeed ?? model.headSeed ?? null,
  };
  trainer.state = Object.assign(checkpoint?.state ?? new TrainerState(), fields);
  Object.assign(trainer.control, new TrainerControl());
  if (checkpoint) callbacks.loadStates(checkpoint.state.statefulCallbacks);
  Object.assign(callbacks.common, { optimizer, lrScheduler: schedule, trainDataloader: loader });
  return { loader, plan, schedule, optimizer, start };
}
