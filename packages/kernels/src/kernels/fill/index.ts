export { fill } from './forward.ts';
export type { FillOptions } from './options.ts';
