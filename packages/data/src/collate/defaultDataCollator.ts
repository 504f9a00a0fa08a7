import { ownFeature } from '../features/feature.ts';
import type { Features } from '../features/feature.ts';
import type { Batch, CollatorRow } from './batch.ts';
import { batchColumns, requireRows } from './labels.ts';
import { stackValues } from './stackValues.ts';

/**
 * Stacks rows without padding: whole numbers as i32, others as f32; `label` and `label_ids` become
 * `labels` (`labels` takes precedence over `label`, and that over `label_ids`). Text columns, and
 * those missing in the first row, are left out, as in `transformers`.
 *
 * @throws CollateError when rows differ in length, and for labels that are text
 */
export function defaultDataCollator(rows: readonly CollatorRow[], features: Features = {}): Batch {
  requireRows('defaultDataCollator', rows);
  const batch: Batch = {};
  const [first] = rows as readonly [CollatorRow];
  const isPresent = (name: string) => Object.hasOwn(first, name) && first[name] !== null && first[name] !== undefined;
  const precedence = ['labels', 'label', 'label_ids'].filter(isPresent);
  for (const { name, key } of batchColumns(rows, precedence)) {
    if (!isPresent(name) || (typeof first[name] === 'string' && key !== 'labels')) continue;
    const values = rows.map((row) => row[name]);
    batch[key] = stackValues(name, values, {
      feature: ownFeature(features, name),
      hint: 'Use DataCollatorWithPadding, or pad when tokenizing (padding: true).',
    });
  }
  return batch;
}
