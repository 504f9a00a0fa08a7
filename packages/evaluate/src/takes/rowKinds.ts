import type { RowKind } from '../rows.ts';
import { classes } from './classes.ts';
import { multilabel } from './multilabel.ts';
import { numbers } from './numbers.ts';

/** What a metric takes, by the names of definitions. */
export const rowKinds: Readonly<Record<'classes' | 'multilabel' | 'numbers', RowKind>> = {
  classes,
  multilabel,
  numbers,
};
