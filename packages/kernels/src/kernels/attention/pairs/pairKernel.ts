import type { Arrays } from '../../../wgsl/elementAccess.ts';

/** A kernel that goes over pairs of tokens. */
export interface PairKernel {
  readonly kernel: string;
  /** Which of the four it is, as `pairs.wgsl` names them; `backward` has all gradients. */
  readonly pass: 'forward' | 'gradQuery' | 'gradKeyValue' | 'backward';
  /** The matrices and other arrays that are read, in the order of `pairs.wgsl`. */
  readonly matrices: Arrays;
  readonly reads: Arrays;
  /** The matrices and other arrays that are written. */
  readonly results: Arrays;
  readonly writes?: Arrays;
  /** Whether a `gradQuery` itself computes and saves what the backward needs for each row. */
  readonly savesRows?: boolean;
  /** Whether queries, keys and values lie side by side in one array, and so their gradients. */
  readonly qkv: boolean;
  /** Dot products of length headSize that each pair needs. */
  readonly products: number;
}
