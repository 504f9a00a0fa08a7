import type { RowKind } from './rows.ts';
import { classes } from './classes.ts';
import { multilabel, numbers } from './tables.ts';

/** What a metric takes, by the names of definitions. */
export const rowKinds: Readonly<Record<'classes' | 'multilabel' | 'numbers', RowKind>> = {
  classes,
  multilabel,
  numbers,
};
