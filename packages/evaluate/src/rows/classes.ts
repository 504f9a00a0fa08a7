import { numbersOf, readGiven, refuse } from './input.ts';
import type { Table } from './input.ts';
import { concatenate, readRows } from './rows.ts';
import type { RowKind } from './rows.ts';

const expected =
  'one class number per row was expected. Of logits or probabilities take the best class first: argmax(-1), or a threshold for one column.';

function readClasses(given: unknown, name: string): Table {
  const [values, shape, place] = readGiven(given, name);
  if (shape.length > 1)
    refuse(
      `${name} has rows, the first of ${shape[1]} values; ${expected} ` +
        "For several labels per row, load the metric's 'multilabel' configuration.",
    );
  const data = Float64Array.from(numbersOf(values, place));
  const bad = data.findIndex((value) => !Number.isInteger(value));
  if (bad >= 0) refuse(`${name}[${bad}] is ${data[bad]}; ${expected}`);
  return { data, rows: data.length, columns: 1, flat: true };
}

/** One class number per row. */
export const classes: RowKind = {
  read: (metric, given) => readRows(metric, given, readClasses),
  join: concatenate,
};
