import { answerOtherNames, flag, optional, pythonNames, requireOptions } from '@attune/validate';
import { TrainerError } from '../errors.ts';

/**
 * What the training loop does next. Callbacks set the flags; the loop clears them once it has
 * acted.
 */
export class TrainerControl {
  /** End the run after this step. */
  shouldTrainingStop = false;
  /** End the epoch after this step. */
  shouldEpochStop = false;
  /** Log after this step. */
  shouldLog = false;
  /** Evaluate after this step. */
  shouldEvaluate = false;
  /** Write a checkpoint after this step. */
  shouldSave = false;

  /**
   * @param flags flags to set. Default none
   * @throws TrainerError for a flag that does not exist, or a value that is not true or false
   */
  constructor(flags: Partial<TrainerControl> = {}) {
    requireOptions('new TrainerControl', flags, flagKinds, { error: TrainerError });
    Object.assign(this, flags);
  }
}

/** Under the names of `transformers`. */
export function controlJson(control: TrainerControl): Record<string, boolean> {
  return {
    should_epoch_stop: control.shouldEpochStop,
    should_evaluate: control.shouldEvaluate,
    should_log: control.shouldLog,
    should_save: control.shouldSave,
    should_training_stop: control.shouldTrainingStop,
  };
}

const flagKinds = {
  shouldTrainingStop: optional(flag),
  shouldEpochStop: optional(flag),
  shouldLog: optional(flag),
  shouldEvaluate: optional(flag),
  shouldSave: optional(flag),
};

answerOtherNames(TrainerControl.prototype, 'a TrainerControl has', TrainerError, pythonNames(Object.keys(flagKinds)));
