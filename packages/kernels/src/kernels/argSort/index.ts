export { argSort } from './forward.ts';
export type { ArgSortOptions } from './options.ts';
