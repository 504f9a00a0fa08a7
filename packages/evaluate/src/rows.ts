import { readTable, refuse, type Table } from './input.ts';

/** One class number per row, rows of 0 and 1, or any finite numbers, one or more per row. */
export type Takes = 'classes' | 'multilabel' | 'numbers';

function refuseValue(name: string, { data, columns }: Table, holds: (value: number) => boolean, advice: string): void {
  const bad = data.findIndex((value) => !holds(value));
  if (bad >= 0) refuse(`${name} holds ${data[bad]} at row ${Math.floor(bad / columns)}${advice}`);
}

const logits = 'If these are logits or probabilities, take the best class first: argmax(-1)';

/** What a metric takes, and how rows that are something else are refused. */
export const checks: Readonly<Record<Takes, (name: string, table: Table) => void>> = {
  classes(name, { data, rows, columns, flat }) {
    if (!flat) {
      refuse(
        `${name} has shape [${rows}, ${columns}]; one class number per row was expected. ${logits}` +
          `${columns === 1 ? ', or a threshold for a single column' : ''}. ` +
          "For several labels per row, load the metric's 'multilabel' configuration.",
      );
    }
    const bad = data.findIndex((value) => !Number.isInteger(value));
    if (bad >= 0) {
      refuse(
        `${name}[${bad}] is ${data[bad]}, which is no class number. ${logits}, or a threshold for a single ` +
          'probability. Nothing is rounded for you.',
      );
    }
  },
  multilabel(name, table) {
    if (table.flat) refuse(`${name} is a plain list; rows of 0 and 1 were expected, one column per label.`);
    const advice = 'only 0 and 1 were expected. Compare probabilities with a threshold first (logits: > 0).';
    refuseValue(name, table, (value) => value === 0 || value === 1, `; ${advice}`);
  },
  numbers(name, table) {
    const ofModel = name.endsWith('predictions');
    const advice = ofModel ? 'The model has probably diverged: look at its loss.' : 'Look at the labels of that row.';
    refuseValue(name, table, Number.isFinite, `. ${advice}`);
  },
};

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

/**
 * Reads what belongs together.
 *
 * @throws MetricInputError for what the metric does not take, empty lists, and those of different
 *   length or width
 */
export function readRows(
  metric: string,
  takes: Takes,
  given: { readonly predictions?: unknown; readonly references?: unknown },
): MetricRows {
  const read = (key: keyof MetricRows): Table => {
    const name = `${metric}${takes === 'multilabel' ? ' (multilabel)' : ''}: ${key}`;
    const table = readTable(given[key], name);
    checks[takes](name, table);
    return table;
  };
  const predictions = read('predictions');
  const references = read('references');
  const [count, width] = [references.rows, references.columns];
  if (predictions.rows !== count) {
    refuse(
      `${metric}: mismatch in the number of predictions (${predictions.rows}) and references (${count}). ` +
        'Give one prediction per reference.',
    );
  }
  if (count === 0) refuse(`${metric}: there are no predictions. Give at least one, or call addBatch first.`);
  if (predictions.columns !== width) {
    refuse(
      `${metric}: predictions have ${predictions.columns} columns and references ${width}. Give both the same width.`,
    );
  }
  return { predictions, references };
}

/** Tables of one width, one below the other. */
export function concatenate(parts: readonly Table[]): Table {
  const [first, ...others] = parts as readonly [Table, ...Table[]];
  if (others.length === 0) return first;
  const { columns } = first;
  const data = new Float64Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let offset = 0;
  for (const part of parts) {
    if (part.columns !== columns)
      refuse(`Added batches differ in width: ${columns} and ${part.columns} columns. Add rows of one width.`);
    data.set(part.data, offset);
    offset += part.data.length;
  }
  return { ...first, data, rows: offset / columns };
}
