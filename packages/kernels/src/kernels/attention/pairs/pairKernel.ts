import type { Arrays } from '../../../wgsl/elementAccess.ts';

/** A kernel that goes over pairs of tokens. */
export interface PairKernel {
  readonly kernel: string;
  /** Which of the four it is, as `pairs.wgsl` names them; `backward` has all gradients. */
  readonly pass: 'forward' | 'gradQuery' | 'gradKeyValue' | 'backward';
  /** The matrices that are read, and what else is, in the order of `pairs.wgsl`. */
  readonly matrices: Arrays;
  readonly reads: Arrays;
  /** The matrices that are written, and what else is. */
  readonly results: Arrays;
  readonly writes?: Arrays;
  /** Queries, keys and values, and their gradients, stand side by side in one array. */
  readonly qkv: boolean;
  /** Products of headSize numbers that each pair takes. */
  readonly products: number;
}
