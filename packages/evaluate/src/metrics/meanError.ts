import { MetricOptionError } from '../errors.ts';
import type { MetricDefinition } from '../metric.ts';
import { rowWeights } from './sampleWeight.ts';

export interface MeanErrorOptions {
  /** One weight per row. */
  sampleWeight?: ArrayLike<number>;
  /**
   * For several columns: 'uniform_average' (default), 'raw_values' for one value per column, or one
   * weight per column.
   */
  multioutput?: 'uniform_average' | 'raw_values' | readonly number[];
}

export interface MeanSquaredErrorOptions extends MeanErrorOptions {
  /** true (default): the mean squared error; false: its root. */
  squared?: boolean;
}

function meanError<Name extends 'mse' | 'mae', Options extends MeanSquaredErrorOptions>(
  name: Name,
  optionNames: readonly (keyof Options & string)[],
  errorOf: (difference: number) => number,
): MetricDefinition<Options, { [Key in Name]: number | number[] }> {
  const compute: MetricDefinition<Options, { [Key in Name]: number | number[] }>['compute'] = (
    { predictions, references },
    options,
  ) => {
    const { sampleWeight, multioutput = 'uniform_average', squared = true } = options;
    const { rows, columns } = references;
    const weight = rowWeights(name, rows, sampleWeight);
    const values = Array.from({ length: columns }, (_, column) => {
      let [sum, total] = [0, 0];
      for (let row = 0; row < rows; row++) {
        sum +=
          weight(row) * errorOf(predictions.data[row * columns + column]! - references.data[row * columns + column]!);
        total += weight(row);
      }
      return squared ? sum / total : Math.sqrt(sum / total);
    });
    const answer = (value: number | number[]) => ({ [name]: value }) as { [Key in Name]: number | number[] };
    if (multioutput === 'raw_values') return answer(values);
    const columnWeights = multioutput === 'uniform_average' ? values.map(() => 1) : multioutput;
    if (typeof columnWeights === 'string' || columnWeights.length !== columns) {
      throw new MetricOptionError(
        `${name}: multioutput is ${JSON.stringify(multioutput)}; expected 'uniform_average', 'raw_values' or ${columns} column weights.`,
      );
    }
    const total = columnWeights.reduce((sum, share) => sum + share, 0);
    return answer(values.reduce((sum, value, column) => sum + value * columnWeights[column]!, 0) / total);
  };
  return { name, takes: 'numbers', optionNames, compute };
}

/** Mean squared error (`sklearn.metrics.mean_squared_error`). */
export const mse = meanError<'mse', MeanSquaredErrorOptions>(
  'mse',
  ['sampleWeight', 'multioutput', 'squared'],
  (difference) => difference * difference,
);

/** Mean absolute error (`sklearn.metrics.mean_absolute_error`). */
export const mae = meanError<'mae', MeanErrorOptions>('mae', ['sampleWeight', 'multioutput'], Math.abs);
