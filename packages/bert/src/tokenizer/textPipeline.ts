import { Tokenizer as Pipeline } from '@huggingface/tokenizers';
import { TokenizerError } from './errors.ts';
import type { TokenizerConfig, TokenizerJson } from './tokenizerJson.ts';
import type { DecodeOptions } from './tokenizerTypes.ts';

/**
 * Chinese characters beyond 16 bits (CJK extensions B to F and the compatibility supplement), as
 * the Rust tokenizers list them.
 */
const farChinese = /[\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

/** Text to tokens and back: the library, made equal to the Rust tokenizers. */
export interface TextPipeline {
  /** The tokens of a text, without special tokens. */
  tokensOf(text: string): string[];
  /** The id of a token; that of the unknown token if there is none. */
  idOf(token: string): number;
  tokenOf(id: number): string;
  /** Whether a token continues the word of the token before it. */
  continues(token: string): boolean;
  decode(ids: Iterable<number>, options?: DecodeOptions): string;
  readonly vocabSize: number;
}

/** @throws TokenizerError when the vocabulary lacks the unknown token */
export function createTextPipeline(json: TokenizerJson, config: TokenizerConfig, unknownToken: string): TextPipeline {
  const pipeline = new Pipeline(json, config);
  const unknownId = pipeline.token_to_id(unknownToken);
  if (unknownId === undefined) throw new TokenizerError(`The vocabulary has no unknown token '${unknownToken}'.`);
  const normalizer = json.normalizer?.type === 'BertNormalizer' ? json.normalizer : undefined;
  const lowercases = normalizer?.lowercase === true;
  const spacesChinese = normalizer?.handle_chinese_chars === true;
  const prefix = typeof json.model.continuing_subword_prefix === 'string' ? json.model.continuing_subword_prefix : '##';
  return {
    tokensOf(text) {
      // Rust lower-cases letter by letter (no final sigma) and sees characters beyond 16 bits; the
      // library does neither.
      const lower = lowercases ? text.replaceAll('Σ', 'σ') : text;
      return pipeline.tokenize(spacesChinese ? lower.replace(farChinese, ' $& ') : lower);
    },
    idOf: (token) => pipeline.token_to_id(token) ?? unknownId,
    tokenOf: (id) => pipeline.id_to_token(id) ?? unknownToken,
    continues: (token) => token.startsWith(prefix),
    decode(ids, { skipSpecialTokens = false } = {}) {
      const known = [...ids].filter((id) => pipeline.id_to_token(id) !== undefined);
      return known.length === 0
        ? ''
        : pipeline.decode(known, { skip_special_tokens: skipSpecialTokens, clean_up_tokenization_spaces: false });
    },
    vocabSize: pipeline.get_vocab().size,
  };
}
