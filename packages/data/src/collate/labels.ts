import type { CollatorRow } from './batch.ts';

/** `label` and `label_ids` are called `labels` in a batch. */
export function batchKey(name: string): string {
  return name === 'label' || name === 'label_ids' ? 'labels' : name;
}

/** Names of the columns of a batch: those of its first row. */
export function columnsOf(rows: readonly CollatorRow[]): string[] {
  return Object.keys(rows[0] ?? {});
}
