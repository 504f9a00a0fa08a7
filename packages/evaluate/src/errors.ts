/** Base class of every error thrown by this package. */
export class EvaluateError extends Error {
  override name = 'EvaluateError';
}

/** A metric, or a configuration of one, that does not exist. */
export class UnknownMetricError extends EvaluateError {
  override name = 'UnknownMetricError';
}

/** Predictions or references that the metric cannot take: wrong length, shape or kind of number. */
export class MetricInputError extends EvaluateError {
  override name = 'MetricInputError';
}

/** An option that the metric does not have, or a value that the option does not take. */
export class MetricOptionError extends EvaluateError {
  override name = 'MetricOptionError';
}
