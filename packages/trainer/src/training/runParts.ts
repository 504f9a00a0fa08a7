import type { Batch } from '@attune/data';
import type { AbortSignal } from '@attune/platform';
import type { Optimizer } from '@attune/tensor';
import { callable, objectWith, oneOfKinds, requireArgument } from '@attune/validate';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { CallbackList } from '../callbacks/callbackList.ts';
import type { Checkpoint } from '../checkpoint/read.ts';
import type { SavableProcessor } from '../checkpoint/write.ts';
import { readDataloader } from '../data/dataloaders.ts';
import { TrainerError } from '../errors.ts';
import type { Dataloader, ExtensionPoints } from '../extensionPoints.ts';
import type { TrainableModel } from '../model.ts';
import { LearningRates } from '../optimization/learningRates.ts';
import { plannedRates } from '../optimization/plannedRates.ts';
import { TrainerControl } from '../state/trainerControl.ts';
import { TrainerState } from '../state/trainerState.ts';
import type { TrainerStateFields } from '../state/trainerState.ts';
import { beginning } from './startingPoint.ts';
import type { StartingPoint } from './startingPoint.ts';
import { makeTrainingPlan } from './trainingPlan.ts';
import type { TrainingPlan } from './trainingPlan.ts';

/** The public members of the Trainer that a run belongs to. */
export interface RunningTrainer extends ExtensionPoints {
  readonly model: TrainableModel;
  readonly args: TrainingArguments;
  readonly control: TrainerControl;
  readonly processingClass: SavableProcessor | undefined;
  state: TrainerState;
}

/** Input of a run. */
export interface RunInput {
  readonly trainer: RunningTrainer;
  readonly callbacks: CallbackList;
  /** Batch keys of the labels. */
  readonly labelNames: readonly string[];
  /** `ignoreKeys` of the evaluations of the run. */
  readonly ignoreKeysForEval?: readonly string[] | undefined;
  /** An optimizer that the run uses and does not dispose of. */
  readonly keptOptimizer?: Optimizer | undefined;
  /** The checkpoint to resume from; null for a new run. */
  readonly checkpoint: Checkpoint | null;
  /** How to resume, for messages. */
  readonly howToResume: string;
  /** Rows of the training set; null when only its batches are known. */
  readonly numTrainExamples: number | null;
  /** Lengths of the rows of the largest batch in this many epochs; null if unknown. */
  readonly largestBatchLengths: (epochs: number) => readonly number[] | null;
  /** Aborts the run. */
  readonly signal: AbortSignal | undefined;
  /** Records an evaluation of a batch like this, if there will be one. */
  readonly recordEvaluation: (batch: Batch) => void;
}

export interface RunParts {
  readonly loader: Dataloader;
  readonly plan: TrainingPlan;
  readonly rates: LearningRates;
  readonly optimizer: Optimizer;
  readonly start: StartingPoint;
}

const scheduleKind = oneOfKinds(
  'a function from a step to its learning rate, or { forOptimizer }',
  callable,
  objectWith('', { forOptimizer: 'function' }),
);

const optimizerKind = objectWith('an Optimizer', { step: 'function', recordLoss: 'function', records: 'function' });

/**
 * Makes the parts of a run: batches, plan, schedule, optimizer, and a state that starts at 0, or at
 * the checkpoint.
 */
export async function makeRunParts(input: RunInput): Promise<RunParts> {
  const { trainer, callbacks, checkpoint, numTrainExamples } = input;
  const { args, model } = trainer;
  const loader = readDataloader('getTrainDataloader', await trainer.getTrainDataloader());
  const batchesPerEpoch = loader.length;
  // Loaded on demand, when a run is resumed.
  const saved = checkpoint && (await import('../checkpoint/load.ts'));
  const start = checkpoint
    ? (await import('./resume.ts')).startingPoint(checkpoint, { args, model, numTrainExamples, batchesPerEpoch })
    : beginning;
  const plan = makeTrainingPlan(args, batchesPerEpoch, start);
  const made = trainer.createScheduler({
    numTrainingSteps: plan.maxSteps,
    numWarmupSteps: plan.warmupSteps,
  });
  requireArgument('createScheduler', 'what it returns', made, scheduleKind, TrainerError);
  const learningRates =
    typeof made === 'function' ? plannedRates(made, plan.maxSteps, model.device) : args.learningRate;
  // Before the optimizer is made, which copies the weights.
  if (saved) saved.loadWeights(checkpoint, model);
  const optimizer = await trainer.createOptimizer({ model, learningRates });
  requireArgument('createOptimizer', 'what it returns', optimizer, optimizerKind, TrainerError);
  const isKept = optimizer === input.keptOptimizer;
  if (isKept) await takeOver(optimizer, args.maxGradNorm);
  if (saved) saved.loadOptimizer(checkpoint, optimizer);
  const rates = new LearningRates({ args, optimizer, made });
  if (checkpoint) rates.resume(checkpoint.progress.completed.last, checkpoint.progress.plateau ?? null);
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
  Object.assign(callbacks.common, { optimizer, lrScheduler: rates.shown, trainDataloader: loader });
  return { loader, plan, rates, optimizer, start };
}

/**
 * Takes over an existing optimizer: discards its records so far, and sets clipping as the arguments
 * say.
 */
async function takeOver(optimizer: Optimizer & { maxGradNorm?: number }, maxGradNorm: number): Promise<void> {
  await optimizer.records();
  if (optimizer.maxGradNorm === 0) optimizer.maxGradNorm = maxGradNorm;
}
