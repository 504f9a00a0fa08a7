import { anything, named, provided, requireOptions, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { MetricInputError, MetricOptionError } from './errors.ts';
import { refuse } from './rows/input.ts';
import type { MetricValues } from './rows/input.ts';
import type { MetricRows, RowKind } from './rows/rows.ts';

// The file of a metric, and of rows that few take, imports what it needs from here, so that
// bundlers make one chunk of what all share.
export { isArrayLike, numbersOf, readGiven, refuse } from './rows/input.ts';
export type { Table } from './rows/input.ts';
export { concatenate, readRows, rowWeights, sampleWeightKind } from './rows/rows.ts';
export type { MetricRows, RowKind } from './rows/rows.ts';
export { classes } from './rows/classes.ts';

/** One result value: a score, one score per class, a matrix, or several scores by name. */
export type MetricValue = number | number[] | number[][] | { readonly [score: string]: number };
/** The result of a metric: a value, or several, by name. */
export type MetricResult = { [key: string]: MetricValue };

/** The input of a metric. */
export interface MetricInput {
  /** One value per example: class numbers for class metrics, numbers for the others. */
  predictions: MetricValues;
  /** The true values, in the same order. */
  references: MetricValues;
}

/** One example: a number each, or a row of them. */
export interface MetricExample {
  /** The prediction of the model. */
  prediction: number | ArrayLike<number>;
  /** The true value. */
  reference: number | ArrayLike<number>;
}

/** The definition of a metric: its name, what it takes, and how it is computed. */
export interface MetricDefinition<Options extends object, Result extends MetricResult, List extends object = never> {
  readonly name: string;
  /**
   * classes: one class number per row; multilabel: rows of 0 and 1; numbers: any numbers, one or
   * more per row.
   */
  readonly takes: 'classes' | 'multilabel' | 'numbers';
  /** Every option, and what its value must be. */
  readonly options: { readonly [Name in keyof Options]-?: Kind };
  /** The result; called with checked rows and options. */
  compute(rows: MetricRows, options: Options): Result;
  /** For types only: the options with which a result is a list. */
  readonly listWith?: List | undefined;
}

const asInput = { error: MetricInputError };
const asOption = { error: MetricOptionError };
const exampleKinds = { prediction: anything, reference: anything };
const batchKinds = { predictions: anything, references: anything };

/**
 * A metric: `compute` at once, or `add` / `addBatch` as results come in and `compute` at the end.
 * Everything is computed synchronously in float64, without files or network.
 */
export class Metric<Options extends object = object, Result extends MetricResult = MetricResult> {
  readonly name: string;
  /** Options that `compute` takes. */
  readonly optionNames: readonly string[];
  readonly #own: MetricDefinition<Options, Result, object>;
  readonly #takes: RowKind;
  readonly #bound: Partial<Options>;
  #added: MetricRows[] = [];

  constructor(own: MetricDefinition<Options, Result, object>, takes: RowKind, bound: Partial<Options> = {}) {
    this.name = own.name;
    this.optionNames = Object.keys(own.options);
    this.#own = own;
    this.#takes = takes;
    this.#bound = bound;
  }

  /**
   * The same metric with options already chosen: `combine(['accuracy', f1.withOptions({ average:
   * 'macro' })])`.
   *
   * @throws MetricOptionError for an unknown option or value
   */
  withOptions(options: Partial<Options>): Metric<Options, Result> {
    this.#requireOptions('withOptions', options);
    return new Metric(this.#own, this.#takes, { ...this.#bound, ...provided(options) });
  }

  /**
   * Adds one example; it counts at the next `compute`. `predictions` and `references` are taken as
   * names too, as `evaluate` does.
   *
   * @throws MetricInputError
   */
  add(example: MetricExample): void {
    this.addBatch(readExample(`${this.name}.add`, example));
  }

  /**
   * Adds a batch of examples; they count at the next `compute`. Options belong to `compute`.
   *
   * @throws MetricInputError
   */
  addBatch(input: MetricInput): void {
    requireInput(`${this.name}.addBatch`, arguments);
    requireOptions(`${this.name}.addBatch`, input, batchKinds, asInput);
    this.#added.push(this.#takes.read(this.name, input));
  }

  /**
   * Computes the result over everything added and what is given here, and forgets the added
   * examples. Result keys are the Hugging Face ones (`f1`, `matthews_correlation`).
   *
   * @throws MetricInputError when predictions and references do not fit each other or the metric
   * @throws MetricOptionError for an unknown option or value
   */
  compute(input: Partial<MetricInput> & Options = {} as Partial<MetricInput> & Options): Result {
    requireInput(`${this.name}.compute`, arguments);
    const { predictions, references, ...options } = input;
    this.#requireOptions('compute', options);
    const given = predictions !== undefined || references !== undefined;
    const parts = given ? [...this.#added, this.#takes.read(this.name, input)] : this.#added;
    if (parts.length === 0) refuse(`${this.name}: there are no predictions. Give some, or call addBatch first.`);
    const result = this.#own.compute(this.#takes.join(parts), { ...this.#bound, ...provided(options) } as Options);
    this.#added = [];
    return result;
  }

  #requireOptions(where: string, options: object): void {
    requireOptions(`${this.name}.${where}`, options, this.#own.options, asOption);
  }
}

/**
 * Refuses anything but one object, such as predictions and references as separate arguments, or
 * options behind them.
 */
export function requireInput(where: string, given: ArrayLike<unknown>): void {
  const [input = {}, extra] = Array.from(given);
  if (!named.holds(input)) requireOptions(where, input, batchKinds, asInput);
  if (extra !== undefined) refuse(`${where} takes one object; got ${shown(extra)} as an extra one`);
}

/** A batch of one example, by the names of `add` or those of `addBatch`. */
export function readExample(where: string, example: unknown): MetricInput {
  const isBatch = named.holds(example) && ('predictions' in (example as object) || 'references' in (example as object));
  const kinds = isBatch ? batchKinds : exampleKinds;
  requireOptions(where, example, kinds, asInput);
  const [predictions, references] = Object.keys(kinds).map((name) => [(example as Record<string, number>)[name]!]);
  return { predictions: predictions!, references: references! };
}
