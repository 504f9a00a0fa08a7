// The same mathematics as the kernels in plain float64 TypeScript: what every kernel is tested
// against. One line for each kernel's folder.
export * from './random/reference.ts';
export * from './kernels/embeddingSum/reference.ts';
export * from './kernels/softmax/reference.ts';
export * from './kernels/crossEntropy/reference.ts';
export * from './kernels/meanSquaredError/reference.ts';
export * from './kernels/binaryCrossEntropy/reference.ts';
export * from './kernels/gelu/reference.ts';
export * from './kernels/tanh/reference.ts';
export * from './kernels/cast/reference.ts';
export * from './kernels/dropout/reference.ts';
export * from './kernels/elementwise/reference.ts';
export * from './kernels/unary/reference.ts';
export * from './kernels/binary/reference.ts';
export * from './kernels/where/reference.ts';
export * from './kernels/fill/reference.ts';
export * from './kernels/argmax/reference.ts';
export * from './kernels/gatherRows/reference.ts';
export * from './kernels/optimizer/reference.ts';
export * from './kernels/layerNorm/reference.ts';
export * from './kernels/attention/reference.ts';
export * from './kernels/gemm/reference.ts';
export * from './kernels/columnSum/reference.ts';
export * from './kernels/stridedCopy/reference.ts';
export * from './kernels/reduce/reference.ts';
