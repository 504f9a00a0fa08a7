import type { LogEntry, LogValue } from '../state/trainerState.ts';
import { formatNumber } from './formatNumber.ts';

/** Names of run times and speeds, which tables leave out. */
export const speedNames = /_(runtime|samples_per_second|steps_per_second)$/;

/** One log entry in a line: `step 10 | loss 0.6918 | grad_norm 0.2583 | epoch 0.125`. */
export function logLine(step: number, logs: LogEntry): string {
  const parts = entriesOf(logs).map(([name, value]) => `${name} ${formatValue(value)}`);
  return [`step ${step}`, ...parts].join(' | ');
}

/** Metrics below each other, names and values aligned. */
export function metricLines(title: string, metrics: LogEntry): string[] {
  const entries = entriesOf(metrics).map(([name, value]) => [name, formatValue(value)] as const);
  const nameWidth = Math.max(...entries.map(([name]) => name.length));
  const valueWidth = Math.max(...entries.map(([, value]) => value.length));
  return [title, ...entries.map(([name, value]) => `  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}`)];
}

/** A number in four digits; anything else as JSON. */
export function formatValue(value: LogValue): string {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map((element: LogValue) => formatValue(element)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([name, element]) => `${name}: ${formatValue(element)}`)
    .join(', ')} }`;
}

function entriesOf(logs: LogEntry): [string, LogValue][] {
  return Object.entries(logs).flatMap(([name, value]) =>
    value === undefined || name === 'total_flos' || name === 'step' ? [] : [[name, value]],
  );
}
