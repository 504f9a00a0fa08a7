import { refuse } from '../input.ts';
import { refuseValue, tables } from './tables.ts';

const advice = 'only 0 and 1 were expected. Compare probabilities with a threshold first (logits: > 0).';

/** Rows of 0 and 1, one column per label. */
export const multilabel = /* @__PURE__ */ tables(' (multilabel)', (name, table) => {
  if (table.flat) refuse(`${name} is a plain list; rows of 0 and 1 were expected, one column per label.`);
  refuseValue(name, table, (value) => value === 0 || value === 1, `; ${advice}`);
});
