import { anything, callable, named, nonEmptyText, object, oneOf, requireOptions, shown } from '@attune/validate';
import type { OptionKinds } from '@attune/validate';
import { MetricOptionError } from './errors.ts';
import { Metric } from './metric.ts';
import type { MetricDefinition, MetricResult } from './metric.ts';
import { rowKinds } from './rows/rowKinds.ts';

const asOption = { error: MetricOptionError };
const definitionKinds: OptionKinds = {
  name: nonEmptyText,
  takes: oneOf(...Object.keys(rowKinds)),
  options: object,
  compute: callable,
  listWith: anything,
};

/** @throws MetricOptionError for anything but scores by name */
function scoresOf<Result>({ name }: { readonly name: string }, result: Result): Result {
  if (named.holds(result)) return result;
  throw new MetricOptionError(
    `new Metric: compute of '${name}' must return scores by name, as { ${name}: 0.5 }; got ${shown(result)}`,
  );
}

/**
 * A metric: `compute` at once, or `add` / `addBatch` as results come in and `compute` at the end.
 * Everything is computed synchronously in float64, without files or network.
 */
export class OwnMetric<Options extends object = object, Result extends MetricResult = MetricResult> extends Metric<
  Options,
  Result
> {
  /**
   * Makes your own metric; those of this package come from `load`.
   *
   * @throws MetricOptionError
   */
  constructor(own: MetricDefinition<Options, Result, object>, bound: Partial<Options> = {}) {
    requireOptions('new Metric', own, definitionKinds, asOption);
    requireOptions(`${own.name}.options`, bound, own.options, asOption);
    super(
      { ...own, compute: (rows, options) => scoresOf(own, own.compute(rows, options)) },
      rowKinds[own.takes],
      bound,
    );
  }

  /** Whatever `load` gives is a metric, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(this === OwnMetric ? Metric : this, value);
  }
}
