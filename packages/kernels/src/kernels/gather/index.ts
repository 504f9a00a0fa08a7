export { scatterAdd } from './backward.ts';
export { gather } from './forward.ts';
export type { GatherOptions, IndexStrides, ScatterAddOptions } from './options.ts';
