// One line for each room. Rooms are ordered as a training step uses them.
export {};
export * from './embedding/index.ts';
export * from './crossEntropy/index.ts';
