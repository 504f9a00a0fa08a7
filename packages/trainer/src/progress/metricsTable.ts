import type { LogEntry } from '../state/trainerState.ts';
import { formatNumber } from './formatNumber.ts';

const timings = /_(runtime|samples_per_second|steps_per_second)$/;

/**
 * The table that grows by a line with each evaluation: epoch or step, training loss, validation
 * loss, and the metrics that the user computes. The columns are fixed by the first line.
 */
export class MetricsTable {
  readonly #first: 'Epoch' | 'Step';
  #columns: string[] | null = null;

  constructor(first: 'Epoch' | 'Step') {
    this.#first = first;
  }

  /** The lines to print for one evaluation, header included the first time. */
  lines(position: number, trainingLoss: number | null, metrics: LogEntry): string[] {
    const names = Object.keys(metrics).filter(
      (name) => name.startsWith('eval_') && name !== 'eval_loss' && !timings.test(name),
    );
    const header = this.#columns === null;
    this.#columns ??= names;
    const cells = [
      formatNumber(position),
      trainingLoss === null ? 'No log' : trainingLoss.toFixed(6),
      metrics['eval_loss'] === undefined ? '' : metrics['eval_loss'].toFixed(6),
      ...this.#columns.map((name) => metrics[name]?.toFixed(6) ?? ''),
    ];
    const titles = [this.#first, 'Training Loss', 'Validation Loss', ...this.#columns.map(title)];
    const widths = titles.map((text) => Math.max(text.length, 8));
    const line = (values: readonly string[]) =>
      values
        .map((value, index) => value.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd();
    return header ? [line(titles), line(widths.map((width) => '-'.repeat(width))), line(cells)] : [line(cells)];
  }
}

function title(key: string): string {
  return key
    .replace(/^eval_/, '')
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
