export { crossEntropy } from './forward.ts';
export type { CrossEntropyOptions, CrossEntropyVariant } from './options.ts';
