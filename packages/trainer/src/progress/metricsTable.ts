import type { LogEntry, LogValue } from '../state/trainerState.ts';
import { formatValue, speedNames } from './formatMetrics.ts';
import { formatNumber } from './formatNumber.ts';

/**
 * The table that grows by a line with each evaluation: epoch or step, training loss, validation
 * loss, and the metrics that the user computes. The columns are the numeric metrics of the first
 * line; other metrics, and later ones, are printed below their line. Each of several evaluation
 * sets has a line.
 */
export class MetricsTable {
  readonly #first: 'Epoch' | 'Step';
  #columns: string[] | null = null;
  #hasSets = false;

  constructor(first: 'Epoch' | 'Step') {
    this.#first = first;
  }

  /**
   * The lines to print for one evaluation, header included the first time.
   *
   * @param prefix of the metrics' names: `eval`, or `eval_a` of an evaluation set `a`
   */
  lines(position: number, trainingLoss: number | null, metrics: LogEntry, prefix = 'eval'): string[] {
    const named = Object.entries(metrics).filter(([name]) => name.startsWith(`${prefix}_`) && !speedNames.test(name));
    const own: LogEntry = Object.fromEntries(named.map(([name, value]) => [name.slice(prefix.length + 1), value]));
    const { loss, ...rest } = own;
    const computed = Object.entries(rest) as [string, LogValue][];
    const header = this.#columns === null;
    if (header) this.#hasSets = prefix.startsWith('eval_');
    this.#columns ??= computed.filter(([, value]) => typeof value === 'number').map(([name]) => name);
    const columns = this.#columns;
    const cells = [
      formatNumber(position),
      ...(this.#hasSets ? [prefix.replace(/^eval_?/, '')] : []),
      trainingLoss === null ? 'No log' : trainingLoss.toFixed(6),
      loss === undefined ? '' : loss.toFixed(6),
      ...columns.map((name) => cell(own[name])),
    ];
    const titles = [
      this.#first,
      ...(this.#hasSets ? ['Set'] : []),
      'Training Loss',
      'Validation Loss',
      ...columns.map(title),
    ];
    const widths = titles.map((text) => Math.max(text.length, 8));
    const line = (values: readonly string[]) =>
      values
        .map((value, index) => value.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd();
    const below = computed
      .filter(([name, value]) => !columns.includes(name) || typeof value !== 'number')
      .map(([name, value]) => `  ${title(name)}: ${formatValue(value)}`);
    const rows = [line(cells), ...below];
    return header ? [line(titles), line(widths.map((width) => '-'.repeat(width))), ...rows] : rows;
  }
}

const cell = (value: LogValue | undefined) => (typeof value === 'number' ? value.toFixed(6) : '');

function title(key: string): string {
  return key
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
