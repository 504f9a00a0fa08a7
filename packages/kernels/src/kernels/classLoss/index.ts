export { classLossBackward } from './backward.ts';
export { classLoss, classLossTotal } from './forward.ts';
export type { ClassLossBackwardOptions, ClassLossInput, ClassLossOptions, ClassLossTotalOptions } from './options.ts';
