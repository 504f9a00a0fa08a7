import { flag, oneOf, oneOfKinds, optional } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { MetricOptionError } from '../errors.ts';
import { refuse, rowWeights, sampleWeightKind } from '../metric.ts';
import type { MetricDefinition } from '../metric.ts';

/** Options of the metric `mae`. */
export interface MeanErrorOptions {
  /** One weight per row. */
  sampleWeight?: ArrayLike<number> | undefined;
  /**
   * For several columns: 'uniform_average' (default), 'raw_values' for one value per column, or one
   * weight per column.
   */
  multioutput?: 'uniform_average' | 'raw_values' | readonly number[] | undefined;
}

/** Options of the metric `mse`. */
export interface MeanSquaredErrorOptions extends MeanErrorOptions {
  /** true (default): the mean squared error; false: its root. */
  squared?: boolean | undefined;
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const columnWeights: Kind = {
  what: 'weights',
  holds: (value) => Array.isArray(value) && value.every(Number.isFinite) && sumOf(value) !== 0,
};
const commonOptions = {
  sampleWeight: sampleWeightKind,
  multioutput: optional(
    oneOfKinds(
      "'uniform_average', 'raw_values' or a list with one weight per column, whose sum is not 0",
      oneOf('uniform_average', 'raw_values'),
      columnWeights,
    ),
  ),
};

type MeanError<Name extends string, Options extends object> = MetricDefinition<
  Options,
  { [Key in Name]: number | number[] },
  { multioutput: 'raw_values' }
>;

function meanError<Name extends 'mse' | 'mae', Options extends MeanSquaredErrorOptions>(
  name: Name,
  options: { readonly [Key in keyof Options]-?: Kind },
  errorOf: (difference: number) => number,
): MeanError<Name, Options> {
  const compute: MeanError<Name, Options>['compute'] = (
    { predictions, references },
    { sampleWeight, multioutput = 'uniform_average', squared = true },
  ) => {
    const { rows, columns } = references;
    const weight = rowWeights(name, rows, sampleWeight);
    const values = Array.from({ length: columns }, (_, column) => {
      let [sum, total] = [0, 0];
      for (let row = 0; row < rows; row++) {
        sum +=
          weight(row) * errorOf(predictions.data[row * columns + column]! - references.data[row * columns + column]!);
        total += weight(row);
      }
      if (total === 0) refuse(`${name}: the sum of sampleWeight is 0`, MetricOptionError);
      return squared ? sum / total : Math.sqrt(sum / total);
    });
    const answer = (value: number | number[]) => ({ [name]: value }) as { [Key in Name]: number | number[] };
    if (multioutput === 'raw_values') return answer(values);
    const shares = multioutput === 'uniform_average' ? values.map(() => 1) : multioutput;
    if (shares.length !== columns) {
      throw new MetricOptionError(
        `${name}: multioutput must be 'uniform_average', 'raw_values' or ${columns} column weights; got ${JSON.stringify(multioutput)}`,
      );
    }
    return answer(sumOf(values.map((value, column) => value * shares[column]!)) / sumOf(shares));
  };
  return { name, takes: 'numbers', options, compute };
}

const squaredError = /* @__PURE__ */ meanError<'mse', MeanSquaredErrorOptions>(
  'mse',
  { ...commonOptions, squared: optional(flag) },
  (difference) => difference * difference,
);
const absoluteError = /* @__PURE__ */ meanError<'mae', MeanErrorOptions>('mae', commonOptions, Math.abs);

/** Mean squared error (`sklearn.metrics.mean_squared_error`). */
export const mse = { default: squaredError, multilist: squaredError };

/** Mean absolute error (`sklearn.metrics.mean_absolute_error`). */
export const mae = { default: absoluteError, multilist: absoluteError };
