export { reduceBackward } from './backward.ts';
export { argReduce } from './argReduce.ts';
export { reduce } from './forward.ts';
export type { ReduceGradientName, ReduceName } from './members.ts';
export type { ArgReduceOptions, ReduceBackwardOptions, ReducedShape, ReduceOptions } from './options.ts';
