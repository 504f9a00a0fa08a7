export { adafactorUpdate } from './update.ts';
export type { AdafactorInput, AdafactorParameter } from './update.ts';
