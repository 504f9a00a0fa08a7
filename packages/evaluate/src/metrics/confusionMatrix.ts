import { oneOf, optional } from '@attune/validate';
import { MetricOptionError } from '../errors.ts';
import { rowWeights, sampleWeightKind } from '../metric.ts';
import type { MetricDefinition, MetricRows } from '../metric.ts';
import { labelsKind, presentClasses } from './labels.ts';

/** Options of the metric `confusion_matrix`. */
export interface ConfusionMatrixOptions {
  /** The classes to count, in order. Default: every class that occurs, ascending. */
  labels?: readonly number[] | undefined;
  /** One weight per row. */
  sampleWeight?: ArrayLike<number> | undefined;
  /**
   * Divide by the true count ('true', rows), the predicted count ('pred', columns) or everything
   * ('all'). Default: counts.
   */
  normalize?: 'true' | 'pred' | 'all' | undefined;
}

function requireLabels({ references }: MetricRows, labels: readonly number[]): void {
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice !== undefined) throw new MetricOptionError(`confusion_matrix: labels names class ${twice} twice`);
  if (!labels.some((label) => references.data.includes(label)))
    throw new MetricOptionError('confusion_matrix: none of the labels occurs in the references');
}

const definition: MetricDefinition<ConfusionMatrixOptions, { confusion_matrix: number[][] }> = {
  name: 'confusion_matrix',
  takes: 'classes',
  options: { labels: labelsKind, sampleWeight: sampleWeightKind, normalize: optional(oneOf('true', 'pred', 'all')) },
  compute(rows, { labels = presentClasses(rows), sampleWeight, normalize }) {
    requireLabels(rows, labels);
    const { predictions, references } = rows;
    const weight = rowWeights('confusion_matrix', references.rows, sampleWeight);
    const index = new Map(labels.map((label, position) => [label, position]));
    const matrix = labels.map(() => labels.map(() => 0));
    for (let row = 0; row < references.rows; row++) {
      const actual = matrix[index.get(references.data[row]!) ?? -1];
      const predicted = index.get(predictions.data[row]!);
      if (actual && predicted !== undefined) actual[predicted]! += weight(row);
    }
    if (normalize === undefined) return { confusion_matrix: matrix };
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const columnSums = labels.map((_, column) => sum(matrix.map((row) => row[column]!)));
    const all = sum(columnSums);
    const divide = (value: number, by: number): number => (by === 0 ? 0 : value / by);
    return {
      confusion_matrix: matrix.map((row) => {
        const rowSum = sum(row);
        return row.map((value, column) =>
          divide(value, normalize === 'true' ? rowSum : normalize === 'pred' ? columnSums[column]! : all),
        );
      }),
    };
  },
};

/**
 * Row i, column j: how many examples of class i were predicted as class j
 * (`sklearn.metrics.confusion_matrix`).
 */
const confusionMatrix = { default: definition };
export { confusionMatrix as confusion_matrix };
