import { answerOtherNames, pythonNames } from '@attune/validate';
import { TrainerError } from '../errors.ts';
import type { LogEntry } from '../state/trainerState.ts';

/** Result of `train()`; `[globalStep, trainingLoss, metrics] = output` works too. */
export class TrainOutput {
  /** Number of optimizer steps done. */
  readonly globalStep: number;
  /** Mean loss over all steps. */
  readonly trainingLoss: number;
  /**
   * `train_runtime`, `train_samples_per_second`, `train_steps_per_second`, `total_flos`,
   * `train_loss`, `epoch`.
   */
  readonly metrics: LogEntry;

  constructor(globalStep: number, trainingLoss: number, metrics: LogEntry) {
    this.globalStep = globalStep;
    this.trainingLoss = trainingLoss;
    this.metrics = metrics;
  }

  *[Symbol.iterator](): Generator<number | LogEntry, void> {
    yield this.globalStep;
    yield this.trainingLoss;
    yield this.metrics;
  }
}

answerOtherNames(TrainOutput.prototype, 'a TrainOutput has', TrainerError, {
  ...pythonNames(['globalStep', 'trainingLoss']),
  0: 'globalStep',
  1: 'trainingLoss',
  2: 'metrics',
});
