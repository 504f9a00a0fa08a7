export { cumsum } from './forward.ts';
export type { CumsumOptions } from './options.ts';
