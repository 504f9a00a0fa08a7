export { cast } from './forward.ts';
export type { CastOptions } from './options.ts';
