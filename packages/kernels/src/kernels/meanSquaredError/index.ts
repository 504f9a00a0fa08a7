export { meanSquaredError } from './forward.ts';
export type { MeanSquaredErrorOptions } from './options.ts';
