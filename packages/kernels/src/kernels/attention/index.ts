export { addAttentionCandidates } from './flashMatrix/addAttentionCandidates.ts';
export { attentionBackward } from './backward.ts';
export { attention } from './forward.ts';
export type {
  AttentionBackwardOptions,
  AttentionGradients,
  AttentionInputs,
  AttentionOptions,
  AttentionShape,
  AttentionVariant,
} from './options.ts';
export { largestHead } from './variants.ts';
