export { dropout, recordDropout, requireDropout, requireRandom } from './forward.ts';
export type { DropoutKernelOptions } from './options.ts';
