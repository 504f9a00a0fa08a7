export { tanhBackward } from './backward.ts';
export { tanh } from './forward.ts';
export type { TanhBackwardOptions, TanhOptions } from './options.ts';
