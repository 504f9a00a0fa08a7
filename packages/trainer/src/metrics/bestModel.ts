import { object, requireArgument } from '@attune/validate';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { TrainerError } from '../errors.ts';
import type { LogEntry, TrainerState } from '../state/trainerState.ts';

type BestArguments = Pick<TrainingArguments, 'metricForBestModel' | 'greaterIsBetter'>;

const keyOf = (given: string) => (given.startsWith('eval_') ? given : `eval_${given}`);

export function hasDecidingMetric({ metricForBestModel: given }: BestArguments, metrics: LogEntry): boolean {
  return given !== null && keyOf(given) in metrics;
}

/**
 * The metric of an evaluation that determines the best model; null when the arguments name none.
 *
 * @throws TrainerError when the evaluation has no such number
 */
export function decidingMetric({ metricForBestModel: given }: BestArguments, metrics: LogEntry): number | null {
  if (given === null) return null;
  requireArgument(
    'evaluate',
    'what it returns',
    metrics,
    { ...object, what: 'metrics, { eval_loss, … }' },
    TrainerError,
  );
  const name = keyOf(given);
  const value = metrics[name];
  if (typeof value === 'number') return value;
  const numbers = Object.keys(metrics).filter((other) => typeof metrics[other] === 'number');
  throw new TrainerError(
    `metricForBestModel is '${given}', but the evaluation has no number ${name}. It has ${numbers.join(', ') || 'none'}.`,
  );
}

/** Whether a metric is better than the best so far, and by more than a threshold. */
export function isBetter(
  { greaterIsBetter }: BestArguments,
  value: number,
  best: number | null,
  threshold = 0,
): boolean {
  const by = greaterIsBetter ? value - (best ?? -Infinity) : (best ?? Infinity) - value;
  return by > threshold && by > 0;
}

/**
 * Updates the best metric in the state.
 *
 * @returns whether this evaluation is the best so far
 */
export function noteBest(
  args: BestArguments & Pick<TrainingArguments, 'saveStrategy'>,
  state: TrainerState,
  metrics: LogEntry,
): boolean {
  const value = decidingMetric(args, metrics);
  if (value === null || !isBetter(args, value, state.bestMetric)) return false;
  state.bestMetric = value;
  // Only of checkpoints, as in transformers: a run that saves nothing has no best model.
  if (args.saveStrategy !== 'no') state.bestGlobalStep = state.globalStep;
  return true;
}
