export { softmaxBackward } from './backward.ts';
export { softmax } from './forward.ts';
export type { SoftmaxBackwardOptions, SoftmaxBackwardVariant, SoftmaxOptions, SoftmaxVariant } from './options.ts';
