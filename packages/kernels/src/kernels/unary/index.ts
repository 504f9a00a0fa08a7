export { unaryBackward } from './backward.ts';
export { unary, unaryResult } from './forward.ts';
export type { UnaryMember } from './members.ts';
export type { UnaryBackwardOptions, UnaryOptions } from './options.ts';
