import { refuseValue, tables } from './tables.ts';

/** Any finite numbers, one or more per row. */
export const numbers = /* @__PURE__ */ tables('', (name, table) => {
  const ofModel = name.endsWith('predictions');
  const advice = ofModel ? 'The model has probably diverged: look at its loss.' : 'Look at the labels of that row.';
  refuseValue(name, table, Number.isFinite, `. ${advice}`);
});
