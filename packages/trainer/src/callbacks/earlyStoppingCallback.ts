import { numberAtLeast, optional, requireOptions, wholeNumber } from '@attune/validate';
import { terminal } from '#platform';
import { TrainerError, TrainingArgumentsError } from '../errors.ts';
import { decidingMetric, hasDecidingMetric, isBetter } from '../metrics/bestModel.ts';
import type { LogEntry } from '../state/trainerState.ts';
import type { CallbackEvent, CallbackState, TrainerCallback } from './trainerCallback.ts';

/** Options of {@link EarlyStoppingCallback}. */
export interface EarlyStoppingOptions {
  /** Number of evaluations in a row without improvement after which the run ends. Default 1. */
  readonly earlyStoppingPatience?: number | undefined;
  /** Smallest change that counts as an improvement. Default 0. */
  readonly earlyStoppingThreshold?: number | undefined;
}

const optionKinds = {
  earlyStoppingPatience: optional(wholeNumber(1)),
  earlyStoppingThreshold: optional(numberAtLeast(0)),
};

const otherNames = { patience: 'it is called earlyStoppingPatience', threshold: 'it is called earlyStoppingThreshold' };

/** Whether an entry of the log came after the first step. */
const isDuringRun = ({ step = 0 }: LogEntry) => step > 0;

/**
 * Ends a run when `metricForBestModel` stops improving. Its state is kept in checkpoints.
 *
 * @throws TrainerError for an option that does not exist or is of the wrong kind
 */
export class EarlyStoppingCallback implements TrainerCallback {
  readonly #patience: number;
  readonly #threshold: number;
  #waited = 0;

  constructor(options: EarlyStoppingOptions = {}) {
    requireOptions('new EarlyStoppingCallback', options, optionKinds, { error: TrainerError, otherNames });
    this.#patience = options.earlyStoppingPatience ?? 1;
    this.#threshold = options.earlyStoppingThreshold ?? 0;
  }

  onTrainBegin: CallbackEvent = (args) => {
    if (args.metricForBestModel === null)
      throw new TrainingArgumentsError("EarlyStoppingCallback needs metricForBestModel, such as 'loss'");
    if (args.evalStrategy === 'no')
      throw new TrainingArgumentsError("EarlyStoppingCallback needs evalStrategy 'steps' or 'epoch'");
    if (!args.loadBestModelAtEnd)
      terminal.writeLine(
        'EarlyStoppingCallback: without loadBestModelAtEnd the model is that of the last step, not the best.',
      );
  };

  onEvaluate: CallbackEvent = (args, state, control, context) => {
    const { metrics = {}, metricKeyPrefix = 'eval' } = context;
    // With several evaluation sets only one has the metric; the run checks that one has.
    if (metricKeyPrefix !== 'eval' && !hasDecidingMetric(args, metrics)) return;
    const value = decidingMetric(args, metrics);
    if (value === null) return;
    // As in transformers, nothing can be worse than the first, even a NaN.
    const isFirst = state.logHistory.filter((entry) => isDuringRun(entry) && hasDecidingMetric(args, entry)).length < 2;
    this.#waited = isFirst || isBetter(args, value, state.bestMetric, this.#threshold) ? 0 : this.#waited + 1;
    if (this.#waited >= this.#patience) control.shouldTrainingStop = true;
  };

  state(): CallbackState {
    return {
      args: { early_stopping_patience: this.#patience, early_stopping_threshold: this.#threshold },
      attributes: { early_stopping_patience_counter: this.#waited },
    };
  }

  loadState({ attributes }: CallbackState): void {
    this.#waited = Number(attributes['early_stopping_patience_counter'] ?? 0);
  }
}
