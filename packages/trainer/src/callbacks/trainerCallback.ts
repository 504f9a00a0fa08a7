import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { LogEntry, TrainerState } from '../state/trainerState.ts';
import type { TrainerControl } from '../state/trainerControl.ts';

/** A step that has run on the GPU. */
export interface CompletedStep {
  readonly step: number;
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
}

/** What a callback is told beside arguments, state and control. */
export interface CallbackContext {
  /** The entry just logged, for `onLog`. */
  readonly logs?: LogEntry;
  /** The metrics just computed, for `onEvaluate` and `onPredict`. */
  readonly metrics?: LogEntry;
  /** Examples whose update has completed on the GPU since training began, for `onStepEnd`. */
  readonly examplesSeen?: number;
  /**
   * The last step that is known to have completed, for `onStepEnd` and `onTrainEnd`. The GPU is up
   * to two steps behind.
   */
  readonly completed?: CompletedStep;
  /** Batches in the evaluation under way, for `onPredictionStep`. */
  readonly numBatches?: number;
}

type Event = (
  args: TrainingArguments,
  state: TrainerState,
  control: TrainerControl,
  context: CallbackContext,
) => void | Promise<void>;

/**
 * Things to do at points of a run. Every method may set flags on `control`. Events come in the
 * order of `transformers`.
 */
export interface TrainerCallback {
  onInitEnd?: Event;
  onTrainBegin?: Event;
  onTrainEnd?: Event;
  onEpochBegin?: Event;
  onEpochEnd?: Event;
  onStepBegin?: Event;
  onSubstepEnd?: Event;
  onPreOptimizerStep?: Event;
  onOptimizerStep?: Event;
  onStepEnd?: Event;
  onPredictionStep?: Event;
  onEvaluate?: Event;
  onPredict?: Event;
  onSave?: Event;
  onLog?: Event;
}
