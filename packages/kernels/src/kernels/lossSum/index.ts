export { elementwiseLoss } from './elementwiseLoss.ts';
export { lossSum } from './forward.ts';
export { lossWeight } from './weight.ts';
