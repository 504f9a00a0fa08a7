import { arrayOf, optional } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { MetricOptionError } from '../errors.ts';
import type { MetricRows } from '../metric.ts';

/** What `labels` must be. */
export const labelsKind: Kind = /* @__PURE__ */ optional(
  /* @__PURE__ */ arrayOf({ what: 'class numbers', holds: Number.isInteger }, 'class numbers'),
);

/** The classes that occur, ascending. */
export function presentClasses({ predictions, references }: MetricRows): number[] {
  return [...new Set([...predictions.data, ...references.data])].sort((a, b) => a - b);
}

/**
 * The classes that a metric counts, or with 'multilabel' the columns: `labels`, or all of them.
 *
 * @throws MetricOptionError for an empty list, and for a column that does not exist
 */
export function countedLabels(
  name: string,
  rows: MetricRows,
  takes: 'classes' | 'multilabel',
  labels: readonly number[] | undefined,
): readonly number[] {
  if (labels?.length === 0) throw new MetricOptionError(`${name}: labels is empty. Name at least one class.`);
  if (takes === 'classes') return labels ?? presentClasses(rows);
  const { columns } = rows.references;
  const outside = labels?.find((label) => label < 0 || label >= columns);
  if (outside !== undefined)
    throw new MetricOptionError(
      `${name} (multilabel): label ${outside} is not a column; there are ${columns}, counted from 0`,
    );
  return labels ?? Array.from({ length: columns }, (_, column) => column);
}
