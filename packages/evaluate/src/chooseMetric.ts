import { nearestName, nonEmptyText, optional, requireArgument } from '@attune/validate';
import { UnknownMetricError } from './errors.ts';
import { refuse } from './metric.ts';
import type { MetricDefinition, MetricResult } from './metric.ts';

type Definition = MetricDefinition<object, MetricResult, object>;

/**
 * A metric in its variants: `default`, `multilabel`; or the subsets of a benchmark, each of which
 * loads the metrics that it has.
 */
export type Configurations = Readonly<Record<string, Definition | (() => Promise<Definition>)>>;

/** The entry of that name. @throws UnknownMetricError with the names there are */
export function chooseMetric<Value>(table: Readonly<Record<string, Value>>, name: string): Value {
  requireArgument('load', 'the name of a metric', name, nonEmptyText, UnknownMetricError);
  return choose(table, name, 'There is no metric');
}

/** @throws UnknownMetricError with the configurations there are */
export function chooseConfiguration(
  configurations: Configurations,
  name: string,
  configuration?: string,
): Configurations[string] {
  requireArgument('load', 'the configuration', configuration, optional(nonEmptyText), UnknownMetricError);
  if (configuration === undefined && !('default' in configurations)) {
    refuse(
      `load('${name}') needs the name of a subset. Choose one of: ${Object.keys(configurations).join(', ')}.`,
      UnknownMetricError,
    );
  }
  return choose(configurations, configuration ?? 'default', `${name} has no configuration`);
}

function choose<Value>(table: Readonly<Record<string, Value>>, name: string, missing: string): Value {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(table);
  const nearest = nearestName(name, names);
  return refuse(
    `${missing} '${name}'${nearest ? `; did you mean ${nearest}?` : '.'} Choose one of: ${names.join(', ')}.`,
    UnknownMetricError,
  );
}
