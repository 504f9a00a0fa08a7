export { scatterRows } from './backward.ts';
export { gatherRows } from './forward.ts';
export type { GatherRowsOptions, ScatterRowsOptions } from './options.ts';
