import { dropoutFactor } from '../../random/reference.ts';
import type { RowDropout } from '../dropout/reference.ts';

/** Options of {@link attentionReference}. */
export interface AttentionReferenceOptions {
  /** [tokens, heads * head size]. */
  readonly query: ArrayLike<number>;
  /** [tokens, heads * head size]. */
  readonly key: ArrayLike<number>;
  /** [tokens, heads * head size]. */
  readonly value: ArrayLike<number>;
  /** First row of each sequence, then the number of tokens: [sequences + 1]. */
  readonly cuSeqlens: ArrayLike<number>;
  /** Heads. */
  readonly numHeads: number;
  /** Channels of each head. */
  readonly headSize: number;
  /** Factor of the scores. Default 1 / sqrt(headSize). */
  readonly scale?: number | undefined;
  /** Dropout of the probabilities. Default: none. */
  readonly dropout?: RowDropout | undefined;
}

interface Pair {
  readonly head: number;
  readonly queryRow: number;
  readonly keyRow: number;
  readonly probability: number;
  /** Factor that dropout applies to the probability. */
  readonly factor: number;
}

/**
 * output = dropout(softmax(scale * query . key^T)) . value for each sequence and head, and the
 * logSumExp of the scores.
 */
export function attentionReference(options: AttentionReferenceOptions): {
  output: Float64Array;
  logSumExp: Float64Array;
} {
  const { value, numHeads, headSize } = options;
  const totalTokens = lastOf(options.cuSeqlens);
  const output = new Float64Array(totalTokens * numHeads * headSize);
  const logSumExp = forEachPair(options, ({ head, queryRow, keyRow, probability, factor }) => {
    const [into, from] = [(queryRow * numHeads + head) * headSize, (keyRow * numHeads + head) * headSize];
    for (let channel = 0; channel < headSize; channel++) {
      output[into + channel] =
        (output[into + channel] as number) + probability * factor * (value[from + channel] as number);
    }
  });
  return { output, logSumExp };
}

/** Gradients of `attentionReference`. */
export function attentionBackwardReference(
  options: AttentionReferenceOptions & { readonly gradOutput: ArrayLike<number> },
): { gradQuery: Float64Array; gradKey: Float64Array; gradValue: Float64Array } {
  const { query, key, value, gradOutput, numHeads, headSize, scale = 1 / Math.sqrt(headSize) } = options;
  const { output } = attentionReference(options);
  const gradQuery = new Float64Array(output.length);
  const gradKey = new Float64Array(output.length);
  const gradValue = new Float64Array(output.length);
  forEachPair(options, ({ head, queryRow, keyRow, probability, factor }) => {
    const [q, k] = [(queryRow * numHeads + head) * headSize, (keyRow * numHeads + head) * headSize];
    const gradProbability = factor * dot(gradOutput, q, value, k, headSize);
    const slope = scale * probability * (gradProbability - dot(gradOutput, q, output, q, headSize));
    for (let channel = 0; channel < headSize; channel++) {
      gradQuery[q + channel] = (gradQuery[q + channel] as number) + slope * (key[k + channel] as number);
      gradKey[k + channel] = (gradKey[k + channel] as number) + slope * (query[q + channel] as number);
      gradValue[k + channel] =
        (gradValue[k + channel] as number) + probability * factor * (gradOutput[q + channel] as number);
    }
  });
  return { gradQuery, gradKey, gradValue };
}

/** Visits every pair of tokens of one sequence; returns logSumExp. */
function forEachPair(options: AttentionReferenceOptions, visit: (pair: Pair) => void): Float64Array {
  const { query, key, cuSeqlens, numHeads, headSize, scale = 1 / Math.sqrt(headSize), dropout } = options;
  const logSumExp = new Float64Array(lastOf(cuSeqlens) * numHeads);
  for (let sequence = 0; sequence + 1 < cuSeqlens.length; sequence++) {
    const [start, end] = [cuSeqlens[sequence] as number, cuSeqlens[sequence + 1] as number];
    for (let queryRow = start; queryRow < end; queryRow++) {
      for (let head = 0; head < numHeads; head++) {
        const scores = new Float64Array(end - start);
        for (let keyRow = start; keyRow < end; keyRow++) {
          scores[keyRow - start] =
            scale *
            dot(query, (queryRow * numHeads + head) * headSize, key, (keyRow * numHeads + head) * headSize, headSize);
        }
        const maximum = scores.reduce((most, score) => Math.max(most, score), -Infinity);
        const total = maximum + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - maximum), 0));
        logSumExp[queryRow * numHeads + head] = total;
        scores.forEach((score, index) => {
          const keyRow = start + index;
          const factor = dropout
            ? dropoutFactor(
                dropout.tokenKeys[queryRow] as number,
                head * 65536 + ((dropout.tokenKeys[keyRow] as number) & 0xffff),
                dropout,
              )
            : 1;
          visit({ head, queryRow, keyRow, probability: Math.exp(score - total), factor });
        });
      }
    }
  }
  return logSumExp;
}

function dot(a: ArrayLike<number>, firstA: number, b: ArrayLike<number>, firstB: number, length: number): number {
  let sum = 0;
  for (let index = 0; index < length; index++) sum += (a[firstA + index] as number) * (b[firstB + index] as number);
  return sum;
}

function lastOf(values: ArrayLike<number>): number {
  return values[values.length - 1] as number;
}
