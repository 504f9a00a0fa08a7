// Used by @attune/tensor alone: it may change at any time.
export { joinContiguous } from './memory/gpuArray.ts';
export * from './kernels/adafactor/index.ts';
export * from './kernels/optimizer/index.ts';
export { needsOrder } from './kernels/gather/backward.ts';
export { roundsOperands } from './kernels/gemm/variants.ts';
export { sumAlong } from './kernels/reduce/sumAlong.ts';
