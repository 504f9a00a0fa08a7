export { argmax } from './forward.ts';
export type { ArgmaxOptions } from './options.ts';
