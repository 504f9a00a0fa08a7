import {
  anything,
  callable,
  nonEmptyText,
  object,
  objectWith,
  oneOf,
  requireArgument,
  requireOptions,
  shown,
} from '@attune/validate';
import type { Kind } from '@attune/validate';
import { MetricInputError, MetricOptionError } from './errors.ts';
import { checkClasses, checkMultilabel, checkTogether, readTable } from './input.ts';
import type { MetricValues, Table } from './input.ts';

/** One result value: a score, one score per class, a matrix, or several scores by name. */
export type MetricValue = number | number[] | number[][] | { readonly [score: string]: number };
/** What a metric gives: a value, or more, for each name. */
export type MetricResult = { [key: string]: MetricValue };

/** What a metric is computed of. */
export interface MetricInput {
  /** One value per example: class numbers for class metrics, numbers for the others. */
  predictions: MetricValues;
  /** The true values, in the same order. */
  references: MetricValues;
}

/** One example: a number each, or a row of them. */
export interface MetricExample {
  /** What the model says. */
  prediction: number | ArrayLike<number>;
  /** What is true. */
  reference: number | ArrayLike<number>;
}

/**
 * What a metric is computed from, checked: same number of rows and columns, at least one row, no
 * NaN and nothing infinite.
 */
export interface MetricRows {
  /** What the model says. */
  readonly predictions: Table;
  /** What is true, in the same order. */
  readonly references: Table;
}

/** A metric, as its file says it: how it is called, what it takes and how it is computed. */
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

const exampleKinds = { prediction: anything, reference: anything };
const batchKinds = { predictions: anything, references: anything };
const definition = objectWith('the definition of a metric, { name, takes, options, compute }', {
  name: 'string',
  takes: 'string',
  options: 'object',
  compute: 'function',
});

function concatenate(parts: readonly Table[]): Table {
  const [first, ...others] = parts;
  if (!first) throw new MetricInputError('There are no batches.');
  if (others.length === 0) return first;
  const data = new Float64Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let offset = 0;
  for (const part of parts) {
    if (part.columns !== first.columns) {
      throw new MetricInputError(
        `Added batches differ in width: ${first.columns} and ${part.columns} columns. Add rows of one width.`,
      );
    }
    data.set(part.data, offset);
    offset += part.data.length;
  }
  return { data, rows: data.length / first.columns, columns: first.columns, flat: first.flat };
}

/**
 * A metric: `compute` at once, or `add` / `addBatch` as results come in and `compute` at the end.
 * Everything is computed here and now, in float64: no file, no network, no waiting.
 */
export class Metric<Options extends object = object, Result extends MetricResult = MetricResult> {
  readonly name: string;
  /** Options that `compute` takes. */
  readonly optionNames: readonly string[];
  readonly #definition: MetricDefinition<Options, Result, object>;
  readonly #bound: Partial<Options>;
  #added: MetricRows[] = [];

  /**
   * A metric of one's own, or one of these: `load` makes them.
   *
   * @throws MetricOptionError
   */
  constructor(own: MetricDefinition<Options, Result, object>, bound: Partial<Options> = {}) {
    requireArgument('new Metric', 'definition', own, definition, MetricOptionError);
    requireArgument('new Metric', 'name', own.name, nonEmptyText, MetricOptionError);
    requireArgument('new Metric', 'takes', own.takes, oneOf('classes', 'multilabel', 'numbers'), MetricOptionError);
    requireArgument('new Metric', 'options', own.options, object, MetricOptionError);
    requireArgument('new Metric', 'compute', own.compute, callable, MetricOptionError);
    this.name = own.name;
    this.optionNames = Object.keys(own.options);
    this.#definition = own;
    this.#bound = bound;
    this.#checkOptions('options', bound);
  }

  /**
   * The same metric with options already chosen: `combine(['accuracy', f1.withOptions({ average:
   * 'macro' })])`.
   *
   * @throws MetricOptionError for an unknown option or value
   */
  withOptions(options: Partial<Options>): Metric<Options, Result> {
    this.#checkOptions('withOptions', options);
    return new Metric(this.#definition, { ...this.#bound, ...options });
  }

  /**
   * Adds one example; it counts at the next `compute`. `predictions` and `references` are taken as
   * names too, as `evaluate` does.
   *
   * @throws MetricInputError
   */
  add(example: MetricExample): void {
    const { prediction, reference } = readExample(`${this.name}.add`, example);
    this.addBatch({ predictions: [prediction] as MetricValues, references: [reference] as MetricValues });
  }

  /**
   * Adds a batch of examples; they count at the next `compute`. Options belong to `compute`.
   *
   * @throws MetricInputError
   */
  addBatch(input: MetricInput): void {
    requireOptions(`${this.name}.addBatch`, input, batchKinds, { error: MetricInputError });
    this.#added.push(this.#read(input.predictions, input.references));
  }

  /**
   * Computes the result over everything added and what is given here, and forgets the added
   * examples. Result keys are the Hugging Face ones (`f1`, `matthews_correlation`).
   *
   * @throws MetricInputError when predictions and references do not fit each other or the metric
   * @throws MetricOptionError for an unknown option or value
   */
  compute(input: Partial<MetricInput> & Options = {} as Partial<MetricInput> & Options): Result {
    requireInput(`${this.name}.compute`, input);
    const { predictions, references, ...options } = input;
    this.#checkOptions('compute', options);
    const given = predictions === undefined && references === undefined ? [] : [this.#read(predictions, references)];
    const parts = [...this.#added, ...given];
    if (parts.length === 0) {
      throw new MetricInputError(
        `${this.name}: nothing to compute. Pass { predictions, references }, or call addBatch first.`,
      );
    }
    const rows = {
      predictions: concatenate(parts.map((part) => part.predictions)),
      references: concatenate(parts.map((part) => part.references)),
    };
    const result = this.#definition.compute(rows, { ...this.#bound, ...options } as Options);
    this.#added = [];
    return result;
  }

  #read(givenPredictions: unknown, givenReferences: unknown): MetricRows {
    const predictions = readTable(givenPredictions, `${this.name}: predictions`);
    const references = readTable(givenReferences, `${this.name}: references`);
    const { takes } = this.#definition;
    for (const [name, table] of [
      ['predictions', predictions],
      ['references', references],
    ] as const) {
      if (takes === 'classes') checkClasses(this.name, name, table);
      if (takes === 'multilabel') checkMultilabel(this.name, name, table);
    }
    checkTogether(this.name, predictions, references);
    return { predictions, references };
  }

  #checkOptions(where: string, options: object): void {
    requireOptions(`${this.name}.${where}`, options, this.#definition.options, { error: MetricOptionError });
  }
}

/** Refuses what is no object, such as predictions and references one after the other. */
export function requireInput(where: string, input: unknown): void {
  if (typeof input === 'object' && input !== null && !Array.isArray(input) && !ArrayBuffer.isView(input)) return;
  throw new MetricInputError(`${where} takes one object, { predictions, references }; got ${shown(input)}`);
}

/** One example, by the names of `add` or those of `addBatch`. */
export function readExample(where: string, example: unknown): { prediction: unknown; reference: unknown } {
  if (typeof example === 'object' && example !== null && ('predictions' in example || 'references' in example)) {
    requireOptions(where, example, batchKinds, { error: MetricInputError });
    const { predictions, references } = example as { predictions?: unknown; references?: unknown };
    return { prediction: predictions, reference: references };
  }
  requireOptions(where, example, exampleKinds, { error: MetricInputError });
  return example as { prediction: unknown; reference: unknown };
}
