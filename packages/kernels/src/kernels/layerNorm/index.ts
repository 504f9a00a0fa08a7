export { layerNormBackward } from './backward.ts';
export { layerNorm } from './forward.ts';
export { LayerNormSums } from './byBlock/parameterSums.ts';
export type { EmbeddedRows, LayerNormBackwardOptions, LayerNormOptions, LayerNormVariant } from './options.ts';
