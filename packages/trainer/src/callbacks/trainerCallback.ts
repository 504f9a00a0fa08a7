import type { Optimizer, Schedule } from '@attune/tensor';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { Dataloader, OptimizerScheduler } from '../extensionPoints.ts';
import type { TrainableModel } from '../model.ts';
import type { TrainerControl } from '../state/trainerControl.ts';
import type { LogEntry, TrainerState } from '../state/trainerState.ts';

/** A step that has run on the GPU. */
export interface CompletedStep {
  /** Number of the step, from 1. */
  readonly step: number;
  /** Mean loss of its examples. */
  readonly loss: number;
  /** Global norm of the gradients before clipping. */
  readonly gradNorm: number;
  /** Its learning rate. */
  readonly learningRate: number;
}

/** What is made ready before a first step, for `onPreparation`. */
export interface Preparation {
  /** Fast kernels are checked against portable ones; then those of the run are compiled. */
  readonly phase: 'checking' | 'compiling';
  /** Kernels that are ready. */
  readonly done: number;
  /** How many there are. */
  readonly total: number;
  /** Whether this is the last call of this phase; also of one that failed or was left. */
  readonly isOver: boolean;
}

/** What a callback is told beside arguments, state and control. */
export interface CallbackContext {
  /** The model that is trained. */
  readonly model?: TrainableModel | undefined;
  /** The tokenizer that the Trainer was given. */
  readonly processingClass?: unknown;
  /** Of the run under way. */
  readonly optimizer?: Optimizer | undefined;
  /** Of the run under way. */
  readonly lrScheduler?: Schedule | OptimizerScheduler | undefined;
  /** Of the run under way. */
  readonly trainDataloader?: Dataloader | undefined;
  /** Of the evaluation under way, or of the last one. */
  readonly evalDataloader?: Dataloader | undefined;
  /** The entry just logged, for `onLog`. */
  readonly logs?: LogEntry | undefined;
  /** The metrics just computed, for `onEvaluate` and `onPredict`. */
  readonly metrics?: LogEntry | undefined;
  /** What the metrics' names begin with, for `onEvaluate`: `eval`, or `eval_a` of a set `a`. */
  readonly metricKeyPrefix?: string | undefined;
  /** Examples whose update has completed on the GPU since training began, for `onStepEnd`. */
  readonly examplesSeen?: number | undefined;
  /**
   * The last step that is known to have completed, for `onStepEnd` and `onTrainEnd`. The GPU is up
   * to two steps behind.
   */
  readonly completed?: CompletedStep | undefined;
  /** How far the kernels are, for `onPreparation`. */
  readonly preparation?: Preparation | undefined;
  /** Batches in the evaluation under way, for `onPredictionStep`. */
  readonly numBatches?: number | undefined;
}

/**
 * What a callback does at a point of a run. May return a control, whose flags are then taken over.
 */
export type CallbackEvent = (
  args: TrainingArguments,
  state: TrainerState,
  control: TrainerControl,
  context: CallbackContext,
) => void | Partial<TrainerControl> | Promise<void | Partial<TrainerControl>>;

/** What a callback wants kept in checkpoints; plain values of JSON. */
export interface CallbackState {
  /** What it was made with. */
  readonly args: Readonly<Record<string, unknown>>;
  /** How it has changed since. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * Things to do at points of a run. Every method may set flags on `control`. Events come in the
 * order of `transformers`.
 */
export interface TrainerCallback {
  /** The Trainer was made. */
  onInitEnd?: CallbackEvent | undefined;
  /** Before the first step of a run. */
  onTrainBegin?: CallbackEvent | undefined;
  /** After the last step of a run. */
  onTrainEnd?: CallbackEvent | undefined;
  /** Before the first step of an epoch. */
  onEpochBegin?: CallbackEvent | undefined;
  /** After the last step of an epoch. */
  onEpochEnd?: CallbackEvent | undefined;
  /** Before the first micro-batch of a step. */
  onStepBegin?: CallbackEvent | undefined;
  /** After each micro-batch but the last of a step. */
  onSubstepEnd?: CallbackEvent | undefined;
  /** Before the optimizer changes the weights. */
  onPreOptimizerStep?: CallbackEvent | undefined;
  /** After that, before gradients become zero. */
  onOptimizerStep?: CallbackEvent | undefined;
  /** After a step, before it is logged, evaluated or saved. */
  onStepEnd?: CallbackEvent | undefined;
  /** After each batch of an evaluation or prediction. */
  onPredictionStep?: CallbackEvent | undefined;
  /** After an evaluation, with its metrics. */
  onEvaluate?: CallbackEvent | undefined;
  /** After a prediction, with its metrics. */
  onPredict?: CallbackEvent | undefined;
  /** After a checkpoint was written. */
  onSave?: CallbackEvent | undefined;
  /** After an entry came into the log. */
  onLog?: CallbackEvent | undefined;
  /**
   * Kernels are checked or compiled, before the first step or evaluation.
   * `transformers` has nothing like it.
   */
  onPreparation?: CallbackEvent | undefined;
  /**
   * What a checkpoint keeps of it, in `stateful_callbacks` of
   * `trainer_state.json`. Default nothing.
   */
  state?(): CallbackState;
  /** Called before `onTrainBegin` of a run that is resumed, with what `state()` gave. */
  loadState?(state: CallbackState): void;
}

/** A class of callbacks that is made without arguments. */
export type CallbackClass = new () => TrainerCallback;

/** Names of the events. */
export type EventName = Exclude<keyof TrainerCallback, 'state' | 'loadState'>;

export const eventNames: readonly EventName[] = [
  'onInitEnd',
  'onTrainBegin',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onStepBegin',
  'onSubstepEnd',
  'onPreOptimizerStep',
  'onOptimizerStep',
  'onStepEnd',
  'onPredictionStep',
  'onEvaluate',
  'onPredict',
  'onSave',
  'onLog',
  'onPreparation',
];
