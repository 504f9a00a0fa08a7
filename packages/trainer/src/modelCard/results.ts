import { speedNames } from '../progress/formatMetrics.ts';
import type { LogEntry, LogValue } from '../state/trainerState.ts';

/** A line of the table: values by title. */
export type EvaluationRow = Readonly<Record<string, LogValue>>;

export interface CardResults {
  /** One for each evaluation of the run. */
  readonly rows: readonly EvaluationRow[];
  /** Metrics of the last evaluation by title; null when there was none. */
  readonly last: EvaluationRow | null;
}

/** Reads the log as `transformers` does for its cards. */
export function resultsOf(log: readonly LogEntry[]): CardResults {
  const rows: EvaluationRow[] = [];
  let trainingLoss: LogValue = 'No log';
  let last: EvaluationRow | null = null;
  for (const entry of log) {
    if (entry.loss !== undefined) trainingLoss = entry.loss;
    if (entry.eval_loss === undefined) continue;
    const metrics = metricsOf(entry);
    last = { Loss: entry.eval_loss, ...metrics };
    const { epoch = 0, step = 0 } = entry;
    rows.push({
      'Training Loss': trainingLoss,
      Epoch: epoch,
      Step: step,
      'Validation Loss': entry.eval_loss,
      ...metrics,
    });
  }
  return { rows, last };
}

function metricsOf(entry: LogEntry): EvaluationRow {
  const names = Object.keys(entry).filter((name) => name.startsWith('eval_') && !speedNames.test(name));
  return Object.fromEntries(
    names.flatMap((name) => (name === 'eval_loss' ? [] : [[titleOf(name), entry[name] as LogValue]])),
  );
}

/** `eval_matthews_correlation` is `Matthews Correlation`. */
const titleOf = (name: string) =>
  name
    .slice('eval_'.length)
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join(' ');
