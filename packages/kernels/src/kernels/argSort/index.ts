export { argSort } from './forward.ts';
export type { ArgSortOptions, ArgSortVariant } from './options.ts';
