export { dropout, requireDropout } from './forward.ts';
export type { DropoutKernelOptions } from './options.ts';
