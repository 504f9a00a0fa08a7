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

/** Progress of preparing kernels before a first step, for `onPreparation`. */
export interface Preparation {
  /** First fast kernels are checked, then those of the run are compiled. */
  readonly phase: 'checking' | 'compiling';
  /** Number of kernels that are ready. */
  readonly done: number;
  /** Number of kernels in all. */
  readonly total: number;
  /** Whether this is the last call of this phase, also if it failed or was aborted. */
  readonly isOver: boolean;
}

/** Context of an event, besides arguments, state and control. */
export interface CallbackContext {
  /** The model that is trained. */
  readonly model?: TrainableModel | undefined;
  /** The tokenizer that the Trainer was given. */
  readonly processingClass?: unknown;
  /** Of the current run. */
  readonly optimizer?: Optimizer | undefined;
  /** Of the current run. */
  readonly lrScheduler?: Schedule | OptimizerScheduler | undefined;
  /** Of the current run. */
  readonly trainDataloader?: Dataloader | undefined;
  /** Of the current or last evaluation. */
  readonly evalDataloader?: Dataloader | undefined;
  /** The entry just logged, for `onLog`. */
  readonly logs?: LogEntry | undefined;
  /** The metrics just computed, for `onEvaluate` and `onPredict`. */
  readonly metrics?: LogEntry | undefined;
  /** Prefix of the metrics' names, for `onEvaluate`: `eval`, or `eval_a` for a set `a`. */
  readonly metricKeyPrefix?: string | undefined;
  /** Examples whose update has completed on the GPU since training began, for `onStepEnd`. */
  readonly examplesSeen?: number | undefined;
  /**
   * The last step that is known to have completed, for `onStepEnd` and `onTrainEnd`. The GPU is up
   * to two steps behind.
   */
  readonly completed?: CompletedStep | undefined;
  /** Progress of the kernels, for `onPreparation`. */
  readonly preparation?: Preparation | undefined;
  /** Number of batches in the current evaluation, for `onPredictionStep`. */
  readonly numBatches?: number | undefined;
}

/** Called at a point of a run. It may return a control, whose flags are then used. */
export type CallbackEvent = (
  args: TrainingArguments,
  state: TrainerState,
  control: TrainerControl,
  context: CallbackContext,
) => void | Partial<TrainerControl> | Promise<void | Partial<TrainerControl>>;

/** State of a callback that is kept in checkpoints, as plain JSON. */
export interface CallbackState {
  /** Arguments that it was constructed with. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Attributes that change during a run. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * Methods that are called at points of a run. Every method may set flags on `control`. Events come
 * in the order of `transformers`.
 */
export interface TrainerCallback {
  /** At the end of the Trainer's constructor. */
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
  /** After that, before gradients are cleared. */
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
  /** After an entry was added to the log. */
  onLog?: CallbackEvent | undefined;
  /**
   * Kernels are checked or compiled, before the first step or evaluation.
   * `transformers` has nothing like it.
   */
  onPreparation?: CallbackEvent | undefined;
  /**
   * State to keep in a checkpoint, in `stateful_callbacks` of `trainer_state.json`. Default none.
   */
  state?(): CallbackState;
  /** Called before `onTrainBegin` of a resumed run, with the result of `state()`. */
  loadState?(state: CallbackState): void;
}

/** A class of callbacks that is constructed without arguments. */
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
