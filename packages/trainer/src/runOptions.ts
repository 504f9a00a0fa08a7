import type { AbortSignal } from '@attune/platform';
import { arrayOf, instanceOf, nonEmptyText, optional, requireOptions } from '@attune/validate';
import type { Kind, OptionAdvice } from '@attune/validate';
import { checkpointToResume } from './arguments/argumentKinds.ts';
import { TrainerError } from './errors.ts';
import type { EvaluateOptions, EvaluationLoopOptions } from './extensionPoints.ts';

/** Options of a Trainer's `train`. */
export interface TrainOptions {
  /**
   * The checkpoint to resume from: `true` for the newest complete one of the output folder, or its
   * path. Default: that of the arguments.
   */
  readonly resumeFromCheckpoint?: string | boolean | null | undefined;
  /**
   * How to resume, for the message after the run was stopped, such as the command of a program.
   * Default: `train({ resumeFromCheckpoint: true })`.
   */
  readonly howToResume?: string | undefined;
  /**
   * Aborts the run: before its first step at once, later after the current step. `train()` then
   * rejects with the signal's reason; the weights are those of that step, and nothing is saved.
   */
  readonly signal?: AbortSignal | undefined;
  /** `ignoreKeys` of the evaluations of this run. Default none. */
  readonly ignoreKeysForEval?: readonly string[] | undefined;
}

const abortSignal = instanceOf(globalThis.AbortSignal, 'an AbortSignal, as new AbortController().signal is one');
const keys = arrayOf(nonEmptyText, 'names of outputs');

const trainKinds: Readonly<Record<keyof TrainOptions, Kind>> = {
  resumeFromCheckpoint: optional(checkpointToResume),
  howToResume: optional(nonEmptyText),
  signal: optional(abortSignal),
  ignoreKeysForEval: optional(keys),
};

const trainAdvice: OptionAdvice = {
  error: TrainerError,
  otherNames: {
    trial: 'searching over arguments is not supported yet',
  },
};

/** @throws TrainerError for unknown or unsupported options of `train()` */
export function requireTrainOptions(options: TrainOptions): void {
  requireOptions('train', options, trainKinds, trainAdvice);
}

const evaluateKinds: Readonly<Record<keyof EvaluateOptions, Kind>> = {
  metricKeyPrefix: optional(nonEmptyText),
  ignoreKeys: optional(keys),
  signal: optional(abortSignal),
};

/**
 * The options of an evaluation, with the prefix of its metrics.
 *
 * @throws TrainerError for unknown options of `evaluate()` and `predict()`
 */
export function readEvaluateOptions(
  where: string,
  options: EvaluateOptions | string,
  missing: string,
): EvaluationLoopOptions {
  const given = typeof options === 'string' ? { metricKeyPrefix: options } : options;
  requireOptions(where, given, evaluateKinds, { error: TrainerError });
  return { ...given, metricKeyPrefix: given.metricKeyPrefix ?? missing };
}
