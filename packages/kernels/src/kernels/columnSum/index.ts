export { columnSum } from './forward.ts';
export type { ColumnSumOptions } from './options.ts';
