import { chooseConfiguration, chooseMetric } from './chooseMetric.ts';
import type { Configurations } from './chooseMetric.ts';
import type { MetricName } from './load.ts';
import { Metric } from './metric.ts';
import type { MetricResult } from './metric.ts';
import { accuracy } from './metrics/accuracy.ts';
import { classification_report } from './metrics/classificationReport.ts';
import { f1, precision, recall } from './metrics/classScores.ts';
import { confusion_matrix } from './metrics/confusionMatrix.ts';
import { pearsonr, spearmanr } from './metrics/correlation.ts';
import { glue } from './metrics/glue.ts';
import { matthews_correlation } from './metrics/matthews.ts';
import { mae, mse } from './metrics/meanError.ts';

/** The metrics of `load`, at once: `combine` takes names without waiting. */
const everyMetric: { readonly [Name in MetricName]: Configurations } = {
  glue,
  accuracy,
  f1,
  precision,
  recall,
  matthews_correlation,
  confusion_matrix,
  classification_report,
  pearsonr,
  spearmanr,
  mse,
  mae,
};

/** A metric by its name; a subset of GLUE has to be loaded. @throws UnknownMetricError */
export function metricOfName(name: string): Metric<object, MetricResult> {
  const definition = chooseConfiguration(chooseMetric(everyMetric, name), name);
  return new Metric(definition as Exclude<typeof definition, () => unknown>);
}
