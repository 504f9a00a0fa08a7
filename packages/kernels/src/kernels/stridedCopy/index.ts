export { stridedCopy } from './forward.ts';
export { contiguousStrides } from './layouts.ts';
export type { StridedCopyOptions, StridedLayout } from './options.ts';
