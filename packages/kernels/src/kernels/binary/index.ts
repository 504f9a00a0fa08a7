export { binaryBackward, constantSlope } from './backward.ts';
export { binary, binaryResult } from './forward.ts';
export type { BinaryMember } from './members.ts';
export type { BinaryBackwardOptions, BinaryFunctionOptions } from './options.ts';
