export { where } from './forward.ts';
export type { WhereOptions } from './options.ts';
