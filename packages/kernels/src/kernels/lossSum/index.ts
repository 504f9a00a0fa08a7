export { elementwiseLoss } from './elementwiseLoss.ts';
export { lossSum } from './forward.ts';
export { requireWeight } from './weight.ts';
