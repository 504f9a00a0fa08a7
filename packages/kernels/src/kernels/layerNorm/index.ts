export { layerNormBackward } from './backward.ts';
export { layerNorm } from './forward.ts';
export { LayerNormSums } from './parameterSums.ts';
export type { LayerNormBackwardOptions, LayerNormOptions, LayerNormVariant } from './options.ts';
