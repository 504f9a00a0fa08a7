export { geluBackward, geluBackwardWithBias } from './backward.ts';
export { gelu } from './forward.ts';
export type { GeluBackwardOptions, GeluBackwardWithBiasOptions, GeluOptions } from './options.ts';
