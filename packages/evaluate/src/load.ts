import { nonEmptyText, optional, requireArgument } from '@attune/validate';
import { UnknownMetricError } from './errors.ts';
import { chooseConfiguration, chooseMetric } from './chooseMetric.ts';
import { Metric } from './metric.ts';
import type { MetricDefinition, MetricInput, MetricResult } from './metric.ts';

/**
 * Every metric by its name, with its configurations, loaded when it is asked for: a page that uses
 * one does not carry the others. A new one is a file, a line here and one in everyMetric.ts.
 */
const metrics = {
  glue: async () => (await import('./metrics/glue.ts')).glue,
  accuracy: async () => (await import('./metrics/accuracy.ts')).accuracy,
  f1: async () => (await import('./metrics/classScores.ts')).f1,
  precision: async () => (await import('./metrics/classScores.ts')).precision,
  recall: async () => (await import('./metrics/classScores.ts')).recall,
  matthews_correlation: async () => (await import('./metrics/matthews.ts')).matthews,
  confusion_matrix: async () => (await import('./metrics/confusionMatrix.ts')).confusionMatrix,
  classification_report: async () => (await import('./metrics/classificationReport.ts')).classificationReport,
  pearsonr: async () => (await import('./metrics/correlation.ts')).pearsonr,
  spearmanr: async () => (await import('./metrics/correlation.ts')).spearmanr,
  mse: async () => (await import('./metrics/meanError.ts')).mse,
  mae: async () => (await import('./metrics/meanError.ts')).mae,
};

type Metrics = { [Name in keyof typeof metrics]: Awaited<ReturnType<(typeof metrics)[Name]>> };

/** The metrics that {@link load} knows. */
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
  requireArgument('load', 'the name of a metric', name, nonEmptyText, UnknownMetricError);
  requireArgument('load', 'the configuration', configuration, optional(nonEmptyText), UnknownMetricError);
  const configurations = await chooseMetric(metrics, name)();
  return new Metric(chooseConfiguration(configurations, name, configuration));
}
