export { load, type LoadedMetrics, type MetricName } from './load.ts';
export { combine, CombinedMetrics, type CombinableMetric, type CombineOptions } from './combine.ts';
export type { NumberOrListMetric } from './metricOf.ts';
export { OwnMetric as Metric } from './ownMetric.ts';
export type {
  Metric as LoadedMetric,
  MetricDefinition,
  MetricExample,
  MetricInput,
  MetricResult,
  MetricValue,
} from './metric.ts';
export { EvaluateError, MetricInputError, MetricOptionError, UnknownMetricError } from './errors.ts';
export type { MetricValues, ShapedArray, Table } from './rows/input.ts';
export type { MetricRows } from './rows/rows.ts';
export type { AccuracyOptions } from './metrics/accuracy.ts';
export type { ClassificationReport, ClassificationReportOptions } from './metrics/classificationReport.ts';
export type { Average, ClassScoreOptions } from './metrics/classScores.ts';
export type { ConfusionMatrixOptions } from './metrics/confusionMatrix.ts';
export type { CorrelationOptions } from './metrics/correlation.ts';
export type { GlueResults, GlueSubset } from './metrics/glueSubset.ts';
export type { MatthewsOptions } from './metrics/matthews.ts';
export type { MeanErrorOptions, MeanSquaredErrorOptions } from './metrics/meanError.ts';
