import { flag, optional } from '@attune/validate';
import { MetricOptionError } from '../errors.ts';
import { refuse, rowWeights, sampleWeightKind } from '../metric.ts';
import type { MetricDefinition } from '../metric.ts';

/** Options of the metric `accuracy`. */
export interface AccuracyOptions {
  /** true (default): the share of right rows; false: their (weighted) number. */
  normalize?: boolean | undefined;
  /** One weight per row. */
  sampleWeight?: ArrayLike<number> | undefined;
}

function definition(takes: 'classes' | 'multilabel'): MetricDefinition<AccuracyOptions, { accuracy: number }> {
  return {
    name: 'accuracy',
    takes,
    options: { normalize: optional(flag), sampleWeight: sampleWeightKind },
    compute({ predictions, references }, { normalize = true, sampleWeight }) {
      const { rows, columns } = references;
      const weight = rowWeights('accuracy', rows, sampleWeight);
      let right = 0;
      let total = 0;
      for (let row = 0; row < rows; row++) {
        let same = true;
        for (let at = row * columns; at < (row + 1) * columns; at++)
          same &&= predictions.data[at] === references.data[at];
        if (same) right += weight(row);
        total += weight(row);
      }
      if (normalize && total === 0) refuse('accuracy: the sum of sampleWeight is 0', MetricOptionError);
      return { accuracy: normalize ? right / total : right };
    },
  };
}

/**
 * Share of rows predicted exactly; a multilabel row counts when all of its labels are right
 * (`sklearn.metrics.accuracy_score`).
 */
export const accuracy = {
  default: /* @__PURE__ */ definition('classes'),
  multilabel: /* @__PURE__ */ definition('multilabel'),
};
