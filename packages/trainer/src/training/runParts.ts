import type { Batch } from '@attune/data';
import type { AbortSignal } from '@attune/platform';
import type { Optimizer } from '@attune/tensor';
import { callable, objectWith, oneOfKinds, requireArgument } from '@attune/validate';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { CallbackList } from '../callbacks/callbackList.ts';
import type { Checkpoint } from '../checkpoint/read.ts';
import type { SavableProcessor } from '../checkpoint/write.ts';
import { checkedDataloader } from '../data/dataloaders.ts';
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
  readonly ignoreKeysForEval?: readonly string[] | undefined;
  /** An optimizer that the run uses and does not dispose of. */
  readonly keptOptimizer?: Optimizer | undefined;
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
 * Makes what a run needs: batches, plan, schedule, optimizer, and a state that starts at 0, or
 * where the checkpoint stands.
 */
export async function makeRunParts(input: RunInput): Promise<RunParts> {
  const { trainer, callbacks, checkpoint, numTrainExamples } = input;
  const { args, model } = trainer;
  const loader = checkedDataloader('getTrainDataloader', await trainer.getTrainDataloader());
  const batchesPerEpoch = loader.length;
  // A page that resumes no run does not load it.
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
  // Before the optimizer, which copies them.
  if (saved) saved.loadWeights(checkpoint, model);
  const optimizer = await trainer.createOptimizer({ model, learningRates });
  requireArgument('createOptimizer', 'what it returns', optimizer, optimizerKind, TrainerError);
  const isKept = optimizer === input.keptOptimizer;
  if (isKept) await keepOn(optimizer, args.maxGradNorm);
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
 * An optimizer that others made: its records so far are told, and it clips as the arguments say.
 */
async function keepOn(optimizer: Optimizer & { maxGradNorm?: number }, maxGradNorm: number): Promise<void> {
  await optimizer.records();
  if (optimizer.maxGradNorm === 0) optimizer.maxGradNorm = maxGradNorm;
}
