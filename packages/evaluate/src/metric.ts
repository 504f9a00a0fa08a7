import { MetricInputError, MetricOptionError } from './errors.ts';
import { checkClasses, checkMultilabel, checkTogether, readTable, type MetricValues, type Table } from './input.ts';

/** One result value: a score, one score per class, or a matrix. */
export type MetricValue = number | number[] | number[][];
export type MetricResult = { [key: string]: MetricValue };

export interface MetricInput {
  /** One value per example: class numbers for class metrics, numbers for the others. */
  predictions: MetricValues;
  /** The true values, in the same order. */
  references: MetricValues;
}

/**
 * What a metric is computed from, checked: same number of rows and columns, at least one row, no
 * NaN.
 */
export interface MetricRows {
  readonly predictions: Table;
  readonly references: Table;
}

export interface MetricDefinition<Options extends object, Result extends MetricResult> {
  readonly name: string;
  /**
   * classes: one class number per row; multilabel: rows of 0 and 1; numbers: any numbers, one or
   * more per row.
   */
  readonly takes: 'classes' | 'multilabel' | 'numbers';
  readonly optionNames: readonly (keyof Options & string)[];
  readonly compute: (rows: MetricRows, options: Options) => Result;
}

function concatenate(parts: readonly Table[]): Table {
  const first = parts[0]!;
  if (parts.length === 1) return first;
  const data = new Float64Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let offset = 0;
  for (const part of parts) {
    if (part.columns !== first.columns || part.flat !== first.flat) {
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
  readonly optionNames: readonly string[];
  readonly #definition: MetricDefinition<Options, Result>;
  readonly #bound: Partial<Options>;
  #predictions: Table[] = [];
  #references: Table[] = [];

  constructor(definition: MetricDefinition<Options, Result>, bound: Partial<Options> = {}) {
    this.name = definition.name;
    this.optionNames = definition.optionNames;
    this.#definition = definition;
    this.#bound = bound;
    this.#checkOptions(bound);
  }

  /**
   * The same metric with options already chosen: `combine(['accuracy', f1.withOptions({ average:
   * 'macro' })])`.
   */
  withOptions(options: Partial<Options>): Metric<Options, Result> {
    return new Metric(this.#definition, { ...this.#bound, ...options });
  }

  /** Adds one example. */
  add({
    prediction,
    reference,
  }: {
    prediction: number | ArrayLike<number>;
    reference: number | ArrayLike<number>;
  }): void {
    this.addBatch({ predictions: [prediction] as MetricValues, references: [reference] as MetricValues });
  }

  /** Adds a batch of examples; they count at the next `compute`. @throws MetricInputError */
  addBatch({ predictions, references }: MetricInput): void {
    const rows = this.#read(predictions, references);
    this.#predictions.push(rows.predictions);
    this.#references.push(rows.references);
  }

  /**
   * Computes the result over everything added and what is given here, and forgets the added
   * examples. Result keys are the Hugging Face ones (`f1`, `matthews_correlation`).
   * @throws MetricInputError when predictions and references do not fit each other or the metric
   * @throws MetricOptionError for an unknown option or value
   */
  compute(input: Partial<MetricInput> & Options = {} as Partial<MetricInput> & Options): Result {
    const { predictions, references, ...options } = input;
    this.#checkOptions(options);
    if (predictions !== undefined || references !== undefined) {
      this.addBatch({ predictions: predictions as MetricValues, references: references as MetricValues });
    }
    if (this.#predictions.length === 0) {
      throw new MetricInputError(
        `${this.name}: nothing to compute. Pass { predictions, references }, or call addBatch first.`,
      );
    }
    const added = { predictions: this.#predictions, references: this.#references };
    this.#predictions = [];
    this.#references = [];
    const rows = { predictions: concatenate(added.predictions), references: concatenate(added.references) };
    return this.#definition.compute(rows, { ...this.#bound, ...options } as Options);
  }

  #read(givenPredictions: MetricValues, givenReferences: MetricValues): MetricRows {
    const predictions = readTable(givenPredictions, 'predictions');
    const references = readTable(givenReferences, 'references');
    const { takes } = this.#definition;
    for (const [name, table] of [
      ['predictions', predictions],
      ['references', references],
    ] as const) {
      if (takes === 'classes') checkClasses(this.name, name, table);
      if (takes === 'multilabel') checkMultilabel(this.name, name, table);
    }
    checkTogether(this.name, predictions, references);
    if (predictions.columns !== references.columns) {
      throw new MetricInputError(
        `${this.name}: predictions have ${predictions.columns} columns and references ${references.columns}. Give both the same width.`,
      );
    }
    return { predictions, references };
  }

  #checkOptions(options: object): void {
    for (const name of Object.keys(options)) {
      if (!this.optionNames.includes(name)) {
        throw new MetricOptionError(
          `${this.name} has no option '${name}'. It takes: ${this.optionNames.length > 0 ? this.optionNames.join(', ') : 'no options'}.`,
        );
      }
    }
  }
}
