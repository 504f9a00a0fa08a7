import { arrayOf, optional } from '@attune/validate';
import type { Kind } from '@attune/validate';
import type { MetricRows } from '../metric.ts';

/** What `labels` must be. */
export const labelsKind: Kind = /* @__PURE__ */ optional(
  /* @__PURE__ */ arrayOf({ what: 'class numbers', holds: Number.isInteger }, 'class numbers'),
);

/** The classes that occur, ascending. */
export function presentClasses({ predictions, references }: MetricRows): number[] {
  return [...new Set([...predictions.data, ...references.data])].sort((a, b) => a - b);
}
