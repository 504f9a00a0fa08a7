export type { ActivationOptions } from './activationOptions.ts';
export { gelu, geluBackward } from './gelu.ts';
export type { GeluBackwardOptions } from './gelu.ts';
export { tanh, tanhBackward } from './tanh.ts';
export type { TanhBackwardOptions } from './tanh.ts';
