import { oneOf, optional } from '@attune/validate';
import type { OptionKinds } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeArray, maybeNumber, maybeObject } from '../validate.ts';
import type { KindsOf } from '../validate.ts';
import type { DropoutOptions } from '../../random/dropout.ts';

/** Variants that are chosen by default and can be replaced by another. */
export const replaceableVariants = ['bySubgroup', 'flash', 'padded', 'tiled'] as const;

/**
 * - `byRow`: no barriers, one invocation for each row and head; for software adapters, and for
 *   heads of more than 256 channels
 * - `bySubgroup`: no barriers, register tiles and shuffles; for software adapters with subgroups of
 *   eight, and heads of up to 64 channels, a multiple of four
 * - `flash`: register tiles, for GPUs; heads of up to 256 channels, a multiple of four. All
 *   gradients of sequences of up to 128 tokens are one dispatch where they fit a workgroup's
 *   registers; otherwise there are two, over queries and keys, or three where bindings are few
 * - `flashMatrix`: on matrix units, which round their operands to f16, so that gradients need a
 *   scaled loss as in f16 training; heads of up to 256 channels, a multiple of four. All gradients
 *   of sequences of up to 64 tokens are one dispatch where they fit workgroup memory, otherwise
 *   three; for heads of more than 128 channels the backward is that of `flash`. Never chosen by
 *   default, and only available after `addAttentionCandidates()`
 * - `padded`: tiles in workgroup memory, for GPUs; heads of up to 256 channels. Rows of tiles are
 *   padded so that neighbouring lanes read different banks, all lanes share maxima and sums, and
 *   four keys share a random draw of dropout
 * - `tiled`: the predecessor of `padded`, without these, kept as the variant that a GPU has timed
 */
export type AttentionVariant = 'byRow' | 'bySubgroup' | 'flash' | 'flashMatrix' | 'padded' | 'tiled';

/**
 * Options that forward and backward share. Arrays may be longer than the shapes say; elements past
 * the end are not read.
 */
export interface AttentionShape {
  /**
   * u32[numSequences + 1]: sequence s has the rows from cuSeqlens[s] to cuSeqlens[s + 1] - 1.
   * Starts with 0 and ends with totalTokens; empty sequences are allowed. The dispatch has a
   * workgroup for every tile of every sequence, so that no row needs to search for its sequence.
   */
  readonly cuSeqlens: GpuArray;
  /** Tokens of all sequences. */
  readonly totalTokens: number;
  /** Sequences in the batch. */
  readonly numSequences: number;
  /** Tokens of the longest sequence; rows beyond it would be left out. */
  readonly maxSeqlen: number;
  /** Number of heads; a token's row holds them one after the other. */
  readonly numHeads: number;
  /** Channels of each head, 1 to 1024. */
  readonly headSize: number;
  /** Factor of the scores. Default 1 / sqrt(headSize). */
  readonly scale?: number | undefined;
  /**
   * Dropout of the probabilities. The random bits of a pair are those of the query's token key at
   * channel head * 65536 + position of the key, where the position is the low 16 bits of the key's
   * own token key: they are the same whether the batch is packed or padded. Default: none.
   */
  readonly dropout?: DropoutOptions | undefined;
  /** Default: chosen for the device. Others are available after `await loadVariants()`. */
  readonly variant?: AttentionVariant | undefined;
}

/** Queries, keys and values: three arrays, or one in which they stand side by side. */
export type AttentionInputs =
  | {
      /** [totalTokens, numHeads * headSize], f32 or f16; the type of all matrices. */
      readonly query: GpuArray;
      /** As `query`. */
      readonly key: GpuArray;
      /** As `query`. */
      readonly value: GpuArray;
      readonly qkv?: undefined;
    }
  | {
      /**
       * [totalTokens, 3, numHeads * headSize], f32 or f16, the type of all matrices: the query, the
       * key and the value of each token.
       */
      readonly qkv: GpuArray;
    };

/** Gradients of `AttentionInputs`, with the same layout. */
export type AttentionGradients =
  | {
      /** As `query`, in a buffer of its own. */
      readonly gradQuery: GpuArray;
      /** As `query`, in a buffer of its own. */
      readonly gradKey: GpuArray;
      /** As `query`, in a buffer of its own. */
      readonly gradValue: GpuArray;
      readonly gradQkv?: undefined;
    }
  | {
      /** As `qkv`, in a buffer of its own. */
      readonly gradQkv: GpuArray;
    };

/** Options of {@link attention}. */
export type AttentionOptions = AttentionShape &
  AttentionInputs & {
    /** [totalTokens, numHeads * headSize], in a buffer of its own. */
    readonly output: GpuArray;
    /**
     * f32[totalTokens, numHeads]: receives the logarithm of each row's sum of exponentials, for the
     * backward.
     */
    readonly logSumExp: GpuArray;
  };

/** Options of {@link attentionBackward}. */
export type AttentionBackwardOptions = AttentionShape &
  AttentionInputs &
  AttentionGradients & {
    /** [totalTokens, numHeads * headSize]: the output of the forward. */
    readonly output: GpuArray;
    /** As `output`. */
    readonly gradOutput: GpuArray;
    /** f32[totalTokens, numHeads], from the forward. */
    readonly logSumExp: GpuArray;
  };

const shapeKinds: KindsOf<AttentionShape> = {
  cuSeqlens: anArray,
  totalTokens: anExtent,
  numSequences: anExtent,
  maxSeqlen: anExtent,
  numHeads: anExtent,
  headSize: anExtent,
  scale: maybeNumber,
  dropout: maybeObject,
  variant: optional(oneOf('byRow', 'bySubgroup', 'flash', 'flashMatrix', 'padded', 'tiled')),
};

const withShape = /* @__NO_SIDE_EFFECTS__ */ (kinds: OptionKinds): OptionKinds => ({ ...shapeKinds, ...kinds });

/** Missing inputs are reported when they are read. */
export const attentionKinds = withShape({
  query: maybeArray,
  key: maybeArray,
  value: maybeArray,
  qkv: maybeArray,
  output: anArray,
  logSumExp: anArray,
});

export const attentionBackwardKinds = withShape({
  query: maybeArray,
  key: maybeArray,
  value: maybeArray,
  qkv: maybeArray,
  output: anArray,
  logSumExp: anArray,
  gradOutput: anArray,
  gradQuery: maybeArray,
  gradKey: maybeArray,
  gradValue: maybeArray,
  gradQkv: maybeArray,
});
