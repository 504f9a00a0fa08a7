import { UnknownMetricError } from './errors.ts';
import { Metric, type MetricInput, type MetricResult } from './metric.ts';
import { accuracy, type AccuracyOptions } from './metrics/accuracy.ts';
import { classScore, type ClassScoreName, type ClassScoreOptions } from './metrics/classScores.ts';
import { confusionMatrix, type ConfusionMatrixOptions } from './metrics/confusionMatrix.ts';
import { pearsonr, spearmanr, type CorrelationOptions } from './metrics/correlation.ts';
import { glue, type GlueResults, type GlueSubset } from './metrics/glue.ts';
import { matthews, type MatthewsOptions } from './metrics/matthews.ts';
import { mae, mse, type MeanErrorOptions, type MeanSquaredErrorOptions } from './metrics/meanError.ts';

/**
 * A metric that gives one number, or a list of them where the option named in `List` asks for it.
 */
type NumberOrListMetric<Key extends string, Options extends object, List extends object> = Omit<
  Metric<Options, Record<Key, number>>,
  'compute' | 'withOptions'
> & {
  compute(input: Partial<MetricInput> & Options & List): Record<Key, number[]>;
  compute(input?: Partial<MetricInput> & Options): Record<Key, number>;
  withOptions(options: Options): Metric<Options, Record<Key, number>>;
};

export interface LoadedMetrics {
  accuracy: Metric<AccuracyOptions, { accuracy: number }>;
  f1: NumberOrListMetric<'f1', ClassScoreOptions, { average: null }>;
  precision: NumberOrListMetric<'precision', ClassScoreOptions, { average: null }>;
  recall: NumberOrListMetric<'recall', ClassScoreOptions, { average: null }>;
  matthews_correlation: NumberOrListMetric<'matthews_correlation', MatthewsOptions, { average: null }>;
  confusion_matrix: Metric<ConfusionMatrixOptions, { confusion_matrix: number[][] }>;
  pearsonr: Metric<CorrelationOptions, { pearsonr: number; 'p-value'?: number }>;
  spearmanr: Metric<CorrelationOptions, { spearmanr: number; spearmanr_pvalue?: number }>;
  mse: NumberOrListMetric<'mse', MeanSquaredErrorOptions, { multioutput: 'raw_values' }>;
  mae: NumberOrListMetric<'mae', MeanErrorOptions, { multioutput: 'raw_values' }>;
}

export type MetricName = keyof LoadedMetrics;

const makers: { [Name in MetricName]: (takes: 'classes' | 'multilabel') => object } = {
  accuracy: (takes) => new Metric(accuracy(takes)),
  f1: (takes) => new Metric(classScore<ClassScoreName>('f1', takes)),
  precision: (takes) => new Metric(classScore<ClassScoreName>('precision', takes)),
  recall: (takes) => new Metric(classScore<ClassScoreName>('recall', takes)),
  matthews_correlation: (takes) => new Metric(matthews(takes)),
  confusion_matrix: () => new Metric(confusionMatrix),
  pearsonr: () => new Metric(pearsonr),
  spearmanr: () => new Metric(spearmanr),
  mse: () => new Metric(mse),
  mae: () => new Metric(mae),
};

const withMultilabel: readonly string[] = ['accuracy', 'f1', 'precision', 'recall', 'matthews_correlation'];

/** The metric itself, at once; `load` is the public, asynchronous face. */
export function createMetric(name: string, configuration?: string): Metric<object, MetricResult> {
  if (name === 'glue') return new Metric(glue(configuration));
  if (!Object.hasOwn(makers, name)) {
    throw new UnknownMetricError(
      `There is no metric '${name}'. Choose one of: glue, ${Object.keys(makers).join(', ')}.`,
    );
  }
  const known = [
    'default',
    ...(withMultilabel.includes(name) ? ['multilabel'] : []),
    ...(name === 'mse' || name === 'mae' ? ['multilist'] : []),
  ];
  if (configuration !== undefined && !known.includes(configuration)) {
    throw new UnknownMetricError(
      `${name} has no configuration '${configuration}'. Choose one of: ${known.join(', ')}, or leave it out.`,
    );
  }
  return makers[name as MetricName](configuration === 'multilabel' ? 'multilabel' : 'classes') as Metric<
    object,
    MetricResult
  >;
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
export async function load<Subset extends GlueSubset>(
  name: 'glue',
  subset: Subset,
): Promise<Metric<object, GlueResults[Subset]>>;
export async function load<Name extends MetricName>(name: Name, configuration?: string): Promise<LoadedMetrics[Name]>;
export async function load(name: string, configuration?: string): Promise<Metric<object, MetricResult>>;
export async function load(name: string, configuration?: string): Promise<unknown> {
  return createMetric(name, configuration);
}
