// The same mathematics as the kernels in plain float64 TypeScript: what every kernel is tested against. One line for each room.
export * from './random/reference.ts';
export * from './kernels/embedding/reference.ts';
export * from './kernels/crossEntropy/reference.ts';
