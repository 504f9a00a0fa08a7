export { accumulate, add, multiply, scale } from './forward.ts';
export type { AccumulateOptions, BinaryOptions, ScaleOptions } from './options.ts';
