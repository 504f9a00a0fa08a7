/** A text, an option or a tokenizer file that cannot be used. */
export class TokenizerError extends Error {
  override name = 'TokenizerError';
}

/**
 * A truncation that would leave nothing of a sequence, or that names a sequence which is not there.
 */
export class TruncationError extends TokenizerError {
  override name = 'TruncationError';
}
