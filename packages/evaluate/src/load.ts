import { nearestName, nonEmptyText, optional, requireArgument } from '@attune/validate';
import { UnknownMetricError } from './errors.ts';
import { Metric } from './metric.ts';
import type { MetricDefinition, MetricInput, MetricResult } from './metric.ts';
import { accuracy } from './metrics/accuracy.ts';
import { classificationReport } from './metrics/classificationReport.ts';
import { f1, precision, recall } from './metrics/classScores.ts';
import { confusionMatrix } from './metrics/confusionMatrix.ts';
import { pearsonr, spearmanr } from './metrics/correlation.ts';
import { glue } from './metrics/glue.ts';
import { matthews } from './metrics/matthews.ts';
import { mae, mse } from './metrics/meanError.ts';

/** Every metric by its name, with its configurations: a new one is a file and a line here. */
const metrics = {
  glue,
  accuracy,
  f1,
  precision,
  recall,
  matthews_correlation: matthews,
  confusion_matrix: confusionMatrix,
  classification_report: classificationReport,
  pearsonr,
  spearmanr,
  mse,
  mae,
};

export type MetricName = keyof typeof metrics;

/**
 * A metric that gives one number, or a list of them where the option named in `List` asks for it.
 */
type NumberOrListMetric<Options extends object, Result extends MetricResult, List extends object> = Omit<
  Metric<Options, Result>,
  'compute' | 'withOptions'
> & {
  compute(input: Partial<MetricInput> & Options & List): { [Key in keyof Result]: number[] };
  compute(input?: Partial<MetricInput> & Options): { [Key in keyof Result]: number };
  withOptions(options: Options): Metric<Options, { [Key in keyof Result]: number }>;
};

type MetricOf<Definition> =
  Definition extends MetricDefinition<infer Options, infer Result, infer List>
    ? [List] extends [never]
      ? Metric<Options, Result>
      : NumberOrListMetric<Options, Result, List>
    : never;

/** What `load` gives, by name and configuration. */
export type LoadedMetrics = {
  [Name in MetricName]: {
    [Configuration in keyof (typeof metrics)[Name]]: MetricOf<(typeof metrics)[Name][Configuration]>;
  };
};

/** The metric itself, at once; `load` is the public, asynchronous face. */
export function createMetric(where: string, name: string, configuration?: string): Metric<object, MetricResult> {
  requireArgument(where, 'the name of a metric', name, nonEmptyText, UnknownMetricError);
  requireArgument(where, 'the configuration', configuration, optional(nonEmptyText), UnknownMetricError);
  const configurations = choose(metrics, name, 'There is no metric');
  if (configuration === undefined && !('default' in configurations)) {
    throw new UnknownMetricError(
      `load('${name}') needs the name of a subset. Choose one of: ${Object.keys(configurations).join(', ')}.`,
    );
  }
  const definition = choose<MetricDefinition<object, MetricResult, object>>(
    configurations,
    configuration ?? 'default',
    `${name} has no configuration`,
  );
  return new Metric(definition);
}

function choose<Value>(table: Readonly<Record<string, Value>>, name: string, missing: string): Value {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(table);
  const nearest = nearestName(name, names);
  throw new UnknownMetricError(
    `${missing} '${name}'${nearest ? `; did you mean ${nearest}?` : '.'} Choose one of: ${names.join(', ')}.`,
  );
}

/**
 * Loads a metric by the name it has in Hugging Face's `evaluate`. Everything is built in: no
 * download, no network.
 *
 * - `load('glue', subset)`: mrpc, qqp, cola, stsb, sst2, mnli, mnli_matched, mnli_mismatched, qnli,
 *   rte, wnli, hans
 * - `load('accuracy' | 'f1' | 'precision' | 'recall' | 'matthews_correlation', 'multilabel'?)`
 * - `load('pearsonr' | 'spearmanr' | 'mse' | 'mae' | 'confusion_matrix')`
 *
 * @throws UnknownMetricError with the names there are
 */
export async function load<
  Name extends MetricName,
  Configuration extends keyof LoadedMetrics[Name] = 'default' & keyof LoadedMetrics[Name],
>(name: Name, configuration?: Configuration): Promise<LoadedMetrics[Name][Configuration]>;
export async function load(name: string, configuration?: string): Promise<Metric<object, MetricResult>>;
export async function load(name: string, configuration?: string): Promise<unknown> {
  return createMetric('load', name, configuration);
}
