// One line for each room. Rooms are ordered as a training step uses them.
export * from './embedding/index.ts';
export * from './softmax/index.ts';
export * from './crossEntropy/index.ts';
export * from './meanSquaredError/index.ts';
export * from './binaryCrossEntropy/index.ts';
export * from './activation/index.ts';
export * from './cast/index.ts';
export { dropout } from './dropout/index.ts';
export type { DropoutKernelOptions } from './dropout/index.ts';
export * from './elementwise/index.ts';
export * from './fill/index.ts';
export * from './gatherRows/index.ts';
export * from './optimizer/index.ts';
export * from './layerNorm/index.ts';
export * from './attention/index.ts';
export * from './gemm/index.ts';
export * from './columnSum/index.ts';
