import { chooseConfiguration, chooseMetric } from './chooseMetric.ts';
import type { Configurations } from './chooseMetric.ts';
import type { MetricName } from './load.ts';
import { Metric } from './metric.ts';
import type { MetricResult } from './metric.ts';
import * as definitions from './metrics/definitions.ts';
import { glue } from './metrics/glue.ts';
import { rowKinds } from './rows/rowKinds.ts';

/** The metrics of `load`, at once: `combine` takes names without waiting. */
const everyMetric: { readonly [Name in MetricName]: Configurations } = { glue, ...definitions };

/** A metric by its name; a subset of GLUE has to be loaded. @throws UnknownMetricError */
export function metricOfName(name: string): Metric<object, MetricResult> {
  const found = chooseConfiguration(chooseMetric(everyMetric, name), name);
  const definition = found as Exclude<typeof found, () => unknown>;
  return new Metric(definition, rowKinds[definition.takes]);
}
