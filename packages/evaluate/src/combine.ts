import { anything, flag, objectWith, optional, requireArgument, requireOptions, shown } from '@attune/validate';
import { MetricOptionError } from './errors.ts';
import { metricOfName } from './everyMetric.ts';
import { readExample, requireInput } from './metric.ts';
import type { MetricExample, MetricInput, MetricResult } from './metric.ts';

/** What `combine` needs of a metric: every metric of this package fits. */
export interface CombinableMetric {
  readonly name: string;
  /** Options that `compute` takes. */
  readonly optionNames: readonly string[];
  /** The result for these values, or for those that were added. */
  compute(input: MetricInput & Record<string, unknown>): MetricResult;
  /** Keeps values for a later `compute`. */
  addBatch(input: MetricInput): void;
}

/** Options of {@link combine}. */
export interface CombineOptions {
  /**
   * Write the metric's name in front of every key, not only where two metrics share one. Default
   * false.
   */
  forcePrefix?: boolean | undefined;
}

const combinable = objectWith('a metric from load(), or the name of one', {
  name: 'string',
  optionNames: 'object',
  compute: 'function',
  addBatch: 'function',
});
const pairs = {
  what: 'a list of [name, metric], as combine makes it',
  holds: (value: unknown) =>
    Array.isArray(value) &&
    value.every((pair) => Array.isArray(pair) && typeof pair[0] === 'string' && combinable.holds(pair[1])),
};
const combineOptions = { forcePrefix: optional(flag) };

/** Several metrics over the same predictions; see `combine`. */
export class CombinedMetrics {
  readonly name = 'combined';
  /** Options that `compute` takes: those of any of the metrics. */
  readonly optionNames: readonly string[];
  readonly #metrics: readonly (readonly [name: string, metric: CombinableMetric])[];
  readonly #forcePrefix: boolean;
  /** What was added since the last `compute`. */
  #batches: MetricInput[] = [];

  constructor(metrics: readonly (readonly [name: string, metric: CombinableMetric])[], options: CombineOptions = {}) {
    requireArgument('new CombinedMetrics', 'metrics', metrics, pairs, MetricOptionError);
    requireOptions('combine', options, combineOptions, { error: MetricOptionError });
    const { forcePrefix = false } = options;
    this.#metrics = metrics;
    this.#forcePrefix = forcePrefix;
    this.optionNames = [...new Set(metrics.flatMap(([, metric]) => metric.optionNames))];
  }

  /** Adds one example. */
  add(example: MetricExample): void {
    this.addBatch(readExample('combined.add', example));
  }

  /** Adds a batch of examples to every metric. */
  addBatch(input: MetricInput): void {
    for (const [, metric] of this.#metrics) metric.addBatch(input);
    this.#batches.push(input);
  }

  /**
   * Computes all of them into one object. An option goes to the metrics that know it; one that none
   * knows is an error. A key that two metrics share gets the metric's name (and number, where the
   * names are equal too) in front.
   *
   * @throws MetricInputError, MetricOptionError
   */
  compute(input: Partial<MetricInput> & Record<string, unknown> = {}): MetricResult {
    requireInput('combined.compute', arguments);
    const { predictions, references, ...options } = input;
    const known = Object.fromEntries(this.optionNames.map((name) => [name, anything]));
    requireOptions('combined.compute', options, known, { error: MetricOptionError });
    const results: (readonly [name: string, result: MetricResult])[] = [];
    for (const [name, metric] of this.#metrics) {
      const own = Object.fromEntries(Object.entries(options).filter(([option]) => metric.optionNames.includes(option)));
      try {
        const result = metric.compute({ predictions, references, ...own } as MetricInput & Record<string, unknown>);
        results.push([name, result]);
      } catch (error) {
        // What was added is kept for another try, as by a single metric.
        for (const [, computed] of this.#metrics.slice(0, results.length))
          for (const batch of this.#batches) computed.addBatch(batch);
        throw error;
      }
    }
    this.#batches = [];
    const times = (items: readonly string[], item: string): number => items.filter((other) => other === item).length;
    const keys = results.flatMap(([, result]) => Object.keys(result));
    const names = results.map(([name]) => name);
    const merged: MetricResult = {};
    results.forEach(([name, result], position) => {
      for (const [key, value] of Object.entries(result)) {
        const prefix = times(names, name) > 1 ? `${name}_${times(names.slice(0, position), name)}_` : `${name}_`;
        merged[this.#forcePrefix || times(keys, key) > 1 ? prefix + key : key] = value;
      }
    });
    return merged;
  }
}

/**
 * Several metrics as one: `combine(['accuracy', 'f1'])`, `combine({ head: 'accuracy' }, {
 * forcePrefix: true })`. A metric that needs its own options comes with them: `combine(['accuracy',
 * (await load('f1')).withOptions({ average: 'macro' })])`.
 *
 * @throws MetricOptionError
 */
export function combine(
  metrics: readonly (string | CombinableMetric)[] | { readonly [name: string]: string | CombinableMetric },
  options: CombineOptions = {},
): CombinedMetrics {
  if (typeof metrics !== 'object' || metrics === null || metrics instanceof Map) {
    throw new MetricOptionError(
      `combine takes a list of metrics or an object of them by name, ['accuracy', 'f1']; got ${shown(metrics)}`,
    );
  }
  const entries = Array.isArray(metrics)
    ? metrics.map((metric: unknown, index) => {
        const own = readMetric(metric, `metrics[${index}]`);
        return [own.name, own] as const;
      })
    : Object.entries(metrics).map(([name, metric]) => [name, readMetric(metric, `metrics.${name}`)] as const);
  if (entries.length === 0) throw new MetricOptionError(`combine needs at least one metric; got ${shown(metrics)}`);
  return new CombinedMetrics(entries, options);
}

function readMetric(metric: unknown, place: string): CombinableMetric {
  if (typeof metric === 'string') return metricOfName(metric);
  if (metric instanceof Promise)
    throw new MetricOptionError(`combine: ${place} is a Promise: await load(…) first, or give the name alone`);
  requireArgument('combine', place, metric, combinable, MetricOptionError);
  return metric as CombinableMetric;
}
