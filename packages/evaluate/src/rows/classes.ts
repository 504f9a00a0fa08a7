import { numbersOf, readGiven, refuse } from './input.ts';
import type { Table } from './input.ts';
import { concatenate, readRows } from './rows.ts';
import type { RowKind } from './rows.ts';

const advice = 'For logits or probabilities take argmax(-1) or a threshold first.';

function readClasses(given: unknown, name: string): Table {
  const [values, shape, place] = readGiven(given, name);
  if (shape.length > 1)
    refuse(
      `${name} must hold one class number per row; row 0 has ${shape[1]} values. ${advice} ` +
        "For several labels per row load the 'multilabel' configuration.",
    );
  const data = Float64Array.from(numbersOf(values, place));
  const bad = data.findIndex((value) => !Number.isInteger(value));
  if (bad >= 0) refuse(`${name}[${bad}] must be a class number; got ${data[bad]}. ${advice}`);
  return { data, rows: data.length, columns: 1, flat: true };
}

/** One class number per row. */
export const classes: RowKind = {
  read: (metric, given) => readRows(metric, given, readClasses),
  join: concatenate,
};
