import { oneOf, optional } from '@attune/validate';
import type { OptionKinds } from '@attune/validate';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anArray, anExtent, maybeArray, maybeNumber, maybeObject } from '../validate.ts';
import type { KindsOf } from '../validate.ts';
import type { DropoutOptions } from '../../random/dropout.ts';

/** Variants that a device takes by itself, where another can be taken instead. */
export const replaceableVariants = ['bySubgroup', 'flash', 'padded', 'tiled'] as const;

/**
 * - `byRow`: no barriers, an invocation for each row and head; for adapters that run on the CPU,
 *   and for heads of more than 256 channels
 * - `bySubgroup`: no barriers, register tiles and shuffles, for such adapters with subgroups of
 *   eight; heads of up to 64 channels, a multiple of four
 * - `flash`: register tiles, for GPUs; heads of up to 256 channels, a multiple of four. All
 *   gradients of sequences of up to 128 tokens are one dispatch where they fit a workgroup's
 *   registers; others are three, over rows, queries and keys
 * - `flashMatrix`: on matrix units, where the adapter has them, which round to f16 what they
 *   multiply: gradients need the scale of a loss that f16 needs; heads of up to 256 channels, a
 *   multiple of four. All gradients of sequences of up to 64 tokens are one dispatch where they fit
 *   workgroup memory, those of others are three; the backward of heads beyond 128 channels is that
 *   of `flash`. Never taken by itself, and only there once `addAttentionCandidates` was called
 * - `padded`: tiles in workgroup memory, for GPUs; heads of up to 256 channels. Rows of tiles lie
 *   apart so that neighbouring lanes read different banks, all lanes share maxima and sums, and
 *   four keys a draw of dropout
 * - `tiled`: what `padded` was before, as it was measured on a GPU
 */
export type AttentionVariant = 'byRow' | 'bySubgroup' | 'flash' | 'flashMatrix' | 'padded' | 'tiled';

/**
 * What forward and backward are both told. Arrays may be longer than the shapes say; what lies
 * behind is not read.
 */
export interface AttentionShape {
  /**
   * u32[numSequences + 1]: sequence s has the rows from cuSeqlens[s] to cuSeqlens[s + 1] - 1.
   * Starts with 0 and ends with totalTokens; empty sequences are allowed. The dispatch has a
   * workgroup for every tile of every sequence, so that no row has to look for its sequence.
   */
  readonly cuSeqlens: GpuArray;
  /** Tokens of all sequences. */
  readonly totalTokens: number;
  /** Sequences in the batch. */
  readonly numSequences: number;
  /** Tokens of the longest sequence: rows of a sequence beyond it would be left out. */
  readonly maxSeqlen: number;
  /** Heads; a token's row is theirs, one behind the other. */
  readonly numHeads: number;
  /** Channels of each head, 1 to 1024. */
  readonly headSize: number;
  /** What scores are multiplied with. Default 1 / sqrt(headSize). */
  readonly scale?: number | undefined;
  /**
   * Dropout of the probabilities. The bits of a pair are those of the query's token key at channel
   * head * 65536 + position of the key, the low 16 bits of its own token key: the same whether the
   * batch is packed or padded. Default: none.
   */
  readonly dropout?: DropoutOptions | undefined;
  /** Default: chosen for the device. Others are there after `await loadVariants()`. */
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
       * [totalTokens, 3, numHeads * headSize], f32 or f16, the type of all matrices: of each token
       * the query, the key and the value.
       */
      readonly qkv: GpuArray;
    };

/** Gradients of `AttentionInputs`, laid out alike. */
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
    /** [totalTokens, numHeads * headSize]: what the forward gave. */
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

/** Which of the inputs there are is told when they are read. */
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
