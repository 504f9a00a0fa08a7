import { Metric } from './metric.ts';
import type { MetricDefinition, MetricInput, MetricResult } from './metric.ts';
import type { RowKind } from './rows/rows.ts';

/**
 * A metric that gives one number, or a list of them where the option named in `List` asks for it.
 */
export type NumberOrListMetric<Options extends object, Result extends MetricResult, List extends object> = Omit<
  Metric<Options, Result>,
  'compute' | 'withOptions'
> & {
  compute(input: Partial<MetricInput> & Options & List): { [Key in keyof Result]: number[] };
  compute(input?: Partial<MetricInput> & Options): { [Key in keyof Result]: number };
  withOptions(options: Options): Metric<Options, { [Key in keyof Result]: number }>;
};

/** Makes a metric; what is added to one counts in no other. */
export type MetricMaker<Options extends object, Result extends MetricResult, List extends object = never> = (
  /** Options already chosen, as `withOptions` takes them. */
  options?: Partial<Options>,
) => [List] extends [never] ? Metric<Options, Result> : NumberOrListMetric<Options, Result, List>;

/** What makes metrics of a definition; bundlers leave out what it needs where nobody calls it. */
export function metricOf<Options extends object, Result extends MetricResult, List extends object = never>(
  takes: RowKind,
  definition: () => MetricDefinition<Options, Result, List>,
): MetricMaker<Options, Result, List> {
  const make = (options = {}) =>
    new Metric(definition() as MetricDefinition<Options, Result, object>, takes).withOptions(options);
  return make as MetricMaker<Options, Result, List>;
}
