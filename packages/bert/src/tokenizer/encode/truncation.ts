import { TruncationError } from '../../errors.ts';

/** Which sequence of a pair is cut: the longer one first, the first, the second. */
export type TruncationStrategy = 'longest_first' | 'only_first' | 'only_second';

/**
 * The tokens that the Rust tokenizers 0.23.0 to 0.23.2 look at before they truncate: they stop
 * reading a text after the word that completes `maxLength` tokens (from the end when the left is
 * cut away). What is cut later is unchanged by this, except which side of a pair counts as the
 * longer one, which then keeps the odd token: versions before and after them count whole texts.
 * Found by comparing; a special token written out in a text may still differ there.
 *
 * @param continues whether a token continues the word of the token before it (WordPiece: starts
 *   with ##)
 */
export function readLength(
  tokens: readonly string[],
  maxLength: number,
  continues: (token: string) => boolean,
  side: 'left' | 'right',
): number {
  let length = Math.min(maxLength, tokens.length);
  if (side === 'right') {
    while (length < tokens.length && continues(tokens[length]!)) length++;
  } else {
    while (length > 0 && length < tokens.length && continues(tokens[tokens.length - length]!)) length++;
  }
  return length;
}

/**
 * How many tokens of each sequence stay, so that together they are at most `limit` (special tokens
 * not counted). The algorithm of the Rust tokenizers (`tokenizers/src/utils/truncation.rs`), tie
 * for tie.
 *
 * @param second undefined for a single sequence
 * @throws TruncationError when 'only_first' or 'only_second' would have to remove the whole
 *   sequence, or there is no second
 */
export function truncatedLengths(
  first: number,
  second: number | undefined,
  limit: number,
  strategy: TruncationStrategy,
): [first: number, second: number | undefined] {
  const surplus = first + (second ?? 0) - limit;
  if (surplus <= 0) return [first, second];
  if (limit === 0) return [0, second === undefined ? undefined : 0];
  if (strategy === 'longest_first') {
    if (second === undefined) return [limit, undefined];
    const shorter = Math.min(first, second);
    const longer = shorter > limit ? shorter : Math.max(shorter, limit - shorter);
    const [short, long] =
      shorter + longer > limit ? [Math.floor(limit / 2), Math.floor(limit / 2) + (limit % 2)] : [shorter, longer];
    // On a tie the second sequence keeps the odd token.
    return first > second ? [long, short] : [short, long];
  }
  if (strategy === 'only_second' && second === undefined) {
    throw new TruncationError(
      "Truncation 'only_second': there is no second sequence. Pass a pair, or choose 'longest_first'.",
    );
  }
  const length = strategy === 'only_first' ? first : second!;
  if (length <= surplus) {
    throw new TruncationError(
      `Truncation '${strategy}': the sequence has ${length} tokens and ${surplus} would have to go to fit maxLength. ` +
        "Raise maxLength, or choose 'longest_first'.",
    );
  }
  return strategy === 'only_first' ? [first - surplus, second] : [first, length - surplus];
}
