// One line for each kernel's folder, in the order in which a training step uses them; the
// optimizer, which only a sister package uses, is exported by internal.ts.
export * from './embeddingSum/index.ts';
export { segmentIds, uploadSegments } from './segmentSum/index.ts';
export type { IdSegments, UploadedSegments } from './segmentSum/index.ts';
export * from './softmax/index.ts';
export * from './crossEntropy/index.ts';
export * from './meanSquaredError/index.ts';
export * from './binaryCrossEntropy/index.ts';
export * from './gelu/index.ts';
export * from './tanh/index.ts';
export * from './cast/index.ts';
export { dropout } from './dropout/index.ts';
export type { DropoutKernelOptions } from './dropout/index.ts';
export * from './elementwise/index.ts';
export * from './unary/index.ts';
export * from './binary/index.ts';
export * from './where/index.ts';
export * from './fill/index.ts';
export * from './gatherRows/index.ts';
export * from './argmax/index.ts';
export * from './layerNorm/index.ts';
export * from './attention/index.ts';
export * from './gemm/index.ts';
export * from './columnSum/index.ts';
export * from './stridedCopy/index.ts';
export * from './reduce/index.ts';
