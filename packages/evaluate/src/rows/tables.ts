import { shown } from '@attune/validate';
import { concatenate, isArrayLike, numbersOf, readGiven, readRows, refuse } from '../metric.ts';
import type { RowKind, Table } from '../metric.ts';

/** The values of nested lists. */
function numbersOfRows(rows: readonly unknown[], columns: number, name: string): number[] {
  return rows.flatMap((row, index) => {
    if (isArrayLike(row) && row.length === columns) return numbersOf(row, `${name}[${index}]`);
    const found = isArrayLike(row) ? `has ${row.length} values` : `is ${shown(row)}`;
    return refuse(`${name}: row ${index} ${found}, row 0 has ${columns} values. Give every row the same number.`);
  });
}

function readTable(given: unknown, name: string): Table {
  const [values, shape, place, nested] = readGiven(given, name);
  const [rows, columns = 1] = shape as readonly [number, number?];
  if (columns === 0) refuse(`${name}: row 0 has no values`);
  const data = nested ? numbersOfRows(values as readonly unknown[], columns, name) : numbersOf(values, place);
  return { data: Float64Array.from(data), rows, columns, flat: shape.length === 1 };
}

/** Refuses a table in which one value does not hold. */
function refuseValue(name: string, { data, columns }: Table, holds: (value: number) => boolean, advice: string): void {
  const bad = data.findIndex((value) => !holds(value));
  if (bad >= 0) refuse(`${name} holds ${data[bad]} at row ${Math.floor(bad / columns)}${advice}`);
}

/**
 * Rows of one width, one or more values in each.
 *
 * @param suffix behind the name of the metric, in what is said of its rows
 * @param check refuses a table of other values
 */
const tables = (suffix: string, check: (name: string, table: Table) => void): RowKind => ({
  read(metric, given) {
    const rows = readRows(metric + suffix, given, (values, name) => {
      const table = readTable(values, name);
      check(name, table);
      return table;
    });
    const [columns, width] = [rows.predictions.columns, rows.references.columns];
    if (columns !== width) {
      refuse(
        `${metric}${suffix}: predictions have ${columns} columns and references ${width}. Give both the same width.`,
      );
    }
    return rows;
  },
  join(parts) {
    const widths = parts.map(({ references }) => references.columns);
    const other = widths.find((width) => width !== widths[0]);
    if (other !== undefined)
      refuse(`Added batches differ in width: ${widths[0]} and ${other} columns. Add rows of one width.`);
    return concatenate(parts);
  },
});

const threshold = 'it must hold only 0 and 1. Compare probabilities with a threshold first (logits: > 0).';

/** Rows of 0 and 1, one column per label. */
export const multilabel = /* @__PURE__ */ tables(' (multilabel)', (name, table) => {
  if (table.flat) refuse(`${name} must be rows of 0 and 1, one column per label; got a plain list`);
  refuseValue(name, table, (value) => value === 0 || value === 1, `; ${threshold}`);
});

/** Any finite numbers, one or more per row. */
export const numbers = /* @__PURE__ */ tables('', (name, table) => {
  const ofModel = name.endsWith('predictions');
  const advice = ofModel ? 'The model has probably diverged: look at its loss.' : 'Look at the labels of that row.';
  refuseValue(name, table, Number.isFinite, `. ${advice}`);
});
