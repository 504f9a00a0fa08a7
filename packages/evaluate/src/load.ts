import { refuseSurplus } from '@attune/validate';
import type { Configurations } from './chooseMetric.ts';
import { UnknownMetricError } from './errors.ts';
import { classes, Metric } from './metric.ts';
import type { MetricDefinition, MetricResult, RowKind } from './metric.ts';
import type { NumberOrListMetric } from './metricOf.ts';

/**
 * Every metric by its name, with its configurations, loaded when it is asked for: a page that uses
 * one does not carry the others. Each file exports its metrics by these names. A new one is a file,
 * a line here, in metrics/definitions.ts and in metrics/index.ts.
 */
const classScores = () => import('./metrics/classScores.ts');
const correlation = () => import('./metrics/correlation.ts');
const meanError = () => import('./metrics/meanError.ts');
const metrics = {
  glue: () => import('./metrics/glue.ts'),
  accuracy: () => import('./metrics/accuracy.ts'),
  f1: classScores,
  precision: classScores,
  recall: classScores,
  matthews_correlation: () => import('./metrics/matthews.ts'),
  confusion_matrix: () => import('./metrics/confusionMatrix.ts'),
  classification_report: () => import('./metrics/classificationReport.ts'),
  pearsonr: correlation,
  spearmanr: correlation,
  mse: meanError,
  mae: meanError,
};

type Modules = { [Name in keyof typeof metrics]: Awaited<ReturnType<(typeof metrics)[Name]>> };
type Metrics = { [Name in keyof Modules]: Name extends keyof Modules[Name] ? Modules[Name][Name] : never };

/** The metrics that {@link load} knows. */
export type MetricName = keyof typeof metrics;

type MetricOf<Definition> = Definition extends () => Promise<infer Late>
  ? MetricOf<Late>
  : Definition extends MetricDefinition<infer Options, infer Result, infer List>
    ? [List] extends [never]
      ? Metric<Options, Result>
      : NumberOrListMetric<Options, Result, List>
    : never;

/** What `load` gives, by name and configuration. */
export type LoadedMetrics = {
  [Name in MetricName]: {
    [Configuration in keyof Metrics[Name]]: MetricOf<Metrics[Name][Configuration]>;
  };
};

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
  refuseSurplus('load', 2, arguments, UnknownMetricError);
  const find = ownEntry(metrics, name) ?? (await refusals()).chooseMetric(metrics, name);
  const configurations = ownEntry((await find()) as Readonly<Record<string, Configurations>>, name)!;
  const found =
    ownEntry(configurations, configuration ?? 'default') ??
    (await refusals()).chooseConfiguration(configurations, name, configuration);
  const definition = typeof found === 'function' ? await found() : found;
  return new Metric(definition, await rowKind(definition.takes));
}

/** Most metrics take classes; what the others read is loaded with them. */
const rowKind = async (takes: 'classes' | 'multilabel' | 'numbers'): Promise<RowKind> =>
  takes === 'classes' ? classes : (await import('./rows/tables.ts'))[takes];

const ownEntry = <Value>(table: Readonly<Record<string, Value>>, name: unknown): Value | undefined =>
  typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;

/** What names there are, and which is nearest: for those who ask for another. */
const refusals = () => import('./chooseMetric.ts');
