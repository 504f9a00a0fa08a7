import { oneOf, optional, orNull } from '@attune/validate';
import { MetricOptionError } from '../errors.ts';
import { rowWeights, sampleWeightKind } from '../metric.ts';
import type { MetricDefinition } from '../metric.ts';

/** Options of the metric `matthews_correlation`. */
export interface MatthewsOptions {
  /** One weight per row. */
  sampleWeight?: ArrayLike<number> | undefined;
  /** Multilabel only: 'macro' for the mean over labels, null for one value per label. */
  average?: 'macro' | null | undefined;
}

/**
 * The R_k statistic (Gorodkin 2004), which is Matthews' coefficient for two classes
 * (`sklearn.metrics.matthews_corrcoef`).
 */
function coefficient(
  predictions: ArrayLike<number>,
  references: ArrayLike<number>,
  weight: (row: number) => number,
): number {
  const predicted = new Map<number, number>();
  const actual = new Map<number, number>();
  let total = 0;
  let right = 0;
  for (let row = 0; row < references.length; row++) {
    const [guess, truth, share] = [predictions[row]!, references[row]!, weight(row)];
    predicted.set(guess, (predicted.get(guess) ?? 0) + share);
    actual.set(truth, (actual.get(truth) ?? 0) + share);
    total += share;
    if (guess === truth) right += share;
  }
  let together = 0;
  for (const [label, count] of predicted) together += count * (actual.get(label) ?? 0);
  const squares = (counts: Map<number, number>): number =>
    [...counts.values()].reduce((sum, count) => sum + count * count, 0);
  const denominator = Math.sqrt((total * total - squares(predicted)) * (total * total - squares(actual)));
  return denominator === 0 ? 0 : (right * total - together) / denominator;
}

function definition(
  takes: 'classes' | 'multilabel',
): MetricDefinition<MatthewsOptions, { matthews_correlation: number | number[] }, { average: null }> {
  return {
    name: 'matthews_correlation',
    takes,
    options: { sampleWeight: sampleWeightKind, average: optional(orNull(oneOf('macro'))) },
    compute({ predictions, references }, { sampleWeight, average }) {
      const weight = rowWeights('matthews_correlation', references.rows, sampleWeight);
      if (takes === 'classes') {
        if (average !== undefined) {
          throw new MetricOptionError(
            "matthews_correlation: average needs several labels per row: load('matthews_correlation', 'multilabel')",
          );
        }
        return { matthews_correlation: coefficient(predictions.data, references.data, weight) };
      }
      if (average === undefined) {
        throw new MetricOptionError(
          "matthews_correlation (multilabel): set average to 'macro', or to null for one value per label",
        );
      }
      const { columns } = references;
      const column = (data: Float64Array, index: number): Float64Array =>
        data.filter((_, at) => at % columns === index);
      const values = Array.from({ length: columns }, (_, index) =>
        coefficient(column(predictions.data, index), column(references.data, index), weight),
      );
      return {
        matthews_correlation: average === null ? values : values.reduce((sum, value) => sum + value, 0) / columns,
      };
    },
  };
}

/** Matthews correlation, -1 to 1; 0 when either side is constant. */
const matthews = {
  default: /* @__PURE__ */ definition('classes'),
  multilabel: /* @__PURE__ */ definition('multilabel'),
};
export { matthews as matthews_correlation };
