/**
 * What the training loop does next. Callbacks set the flags; the loop clears them once it has
 * acted.
 */
export class TrainerControl {
  shouldTrainingStop = false;
  shouldEpochStop = false;
  shouldLog = false;
  shouldEvaluate = false;
  shouldSave = false;
}
