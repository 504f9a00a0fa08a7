export { dropout, requireDropout, requireRandom } from './forward.ts';
export type { DropoutKernelOptions } from './options.ts';
