export { binaryCrossEntropyWithLogits } from './forward.ts';
export type { BinaryCrossEntropyOptions } from './options.ts';
