export type { ActivationOptions } from './activationOptions.ts';
export { tanh, tanhBackward } from './tanh.ts';
export type { TanhBackwardOptions } from './tanh.ts';
