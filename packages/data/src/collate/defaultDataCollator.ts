import { CollateError } from '../errors.ts';
import type { Features } from '../features/feature.ts';
import type { Batch, CollatorRow } from './batch.ts';
import { batchKey, columnsOf } from './labels.ts';
import { stackValues } from './stackValues.ts';

/**
 * Stacks rows without padding: whole numbers as i32, others as f32; `label` and `label_ids` become
 * `labels`. Columns of text, and those missing in the first row, are left out (as in
 * `transformers`).
 *
 * @throws CollateError when rows differ in length
 */
export function defaultDataCollator(rows: readonly CollatorRow[], features: Features = {}): Batch {
  if (rows.length === 0) throw new CollateError('A batch needs at least one row.');
  const batch: Batch = {};
  for (const name of columnsOf(rows)) {
    const values = rows.map((row) => row[name]);
    if (values[0] === null || values[0] === undefined || typeof values[0] === 'string') continue;
    batch[batchKey(name)] = stackValues(name, values, {
      feature: features[name],
      hint: 'Use DataCollatorWithPadding, or pad when tokenizing (padding: true).',
    });
  }
  return batch;
}
