export type { ActivationOptions } from './activationOptions.ts';
export { gelu, geluBackward, geluBackwardWithBias } from './gelu.ts';
export type { GeluBackwardOptions, GeluBackwardWithBiasOptions } from './gelu.ts';
export { tanh, tanhBackward } from './tanh.ts';
export type { TanhBackwardOptions } from './tanh.ts';
