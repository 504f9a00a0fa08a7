export { attentionBackward } from './backward.ts';
export { attention } from './forward.ts';
export type { AttentionBackwardOptions, AttentionOptions, AttentionShape, AttentionVariant } from './options.ts';
