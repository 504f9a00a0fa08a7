export { accumulate, add, multiply, scale, scaleRepeated } from './forward.ts';
export type { AccumulateOptions, BinaryOptions, ScaleOptions, ScaleRepeatedOptions } from './options.ts';
