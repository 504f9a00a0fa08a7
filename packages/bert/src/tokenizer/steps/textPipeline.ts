import { findAddedTokens, isNormalized } from './addedTokens.ts';
import { TokenizerError } from '../../errors.ts';
import type { TokenizerJson } from '../files/tokenizerJson.ts';
import type { TokenSteps } from './tokenSteps.ts';
import type { DecodeOptions } from '../tokenizerTypes.ts';

/** Text to tokens and back, equal to the Rust tokenizers. */
export interface TextPipeline {
  /** The tokens of a text, without special tokens. */
  tokensOf(text: string): string[];
  /** The id of a token; that of the unknown token if there is none. */
  idOf(token: string): number;
  /** How a token is shown: an added one as the normalizer leaves it. */
  shownAs(token: string): string;
  /** The token of an id, as it is shown. */
  tokenOf(id: number): string;
  /** Whether a token continues the word of the token before it. */
  continues(token: string): boolean;
  decode(ids: Iterable<number>, options?: DecodeOptions): string;
  readonly vocabSize: number;
}

/** Removes added tokens from the vocabulary of words, as in Rust. Returns their ids. */
function takeOutAddedTokens({ added_tokens: added, model: { vocab } }: TokenizerJson, words: Map<string, number>) {
  const own = Array.isArray(vocab) ? new Map(vocab) : new Map(Object.entries(vocab));
  for (const { content } of added) {
    const id = own.get(content);
    if (id === undefined) words.delete(content);
    else words.set(content, id);
  }
  return new Map(added.map(({ content, id }) => [content, id]));
}

/** @throws TokenizerError when the vocabulary lacks the unknown token */
export function createTextPipeline(json: TokenizerJson, steps: TokenSteps, unknownToken: string): TextPipeline {
  const { normalize, words, pieces, ids, tokens, shown } = steps;
  const unknownId = ids.get(unknownToken);
  if (unknownId === undefined) throw new TokenizerError(`The vocabulary has no unknown token '${unknownToken}'`);
  const addedIds = takeOutAddedTokens(json, ids);
  const splitText = findAddedTokens(
    json.added_tokens.filter((token) => !isNormalized(token)),
    ({ content }) => content,
  );
  const splitNormalized = findAddedTokens(json.added_tokens.filter(isNormalized), ({ content }) => normalize(content));
  const prefix = typeof json.model.continuing_subword_prefix === 'string' ? json.model.continuing_subword_prefix : '##';
  return {
    tokensOf: (text) =>
      splitText(text).flatMap((piece) =>
        'token' in piece
          ? piece.token.content
          : splitNormalized(normalize(piece.text)).flatMap((part) =>
              'token' in part ? part.token.content : pieces(words(part.text)),
            ),
      ),
    idOf: (token) => addedIds.get(token) ?? ids.get(token) ?? unknownId,
    shownAs: (token) => shown[addedIds.get(token) ?? -1] ?? token,
    tokenOf: (id) => shown[id] ?? unknownToken,
    continues: (token) => token.startsWith(prefix),
    decode(given, { skipSpecialTokens = false } = {}) {
      const known = [...given].filter((id) => tokens[id] !== undefined);
      return known.length === 0 ? '' : steps.decode(known, skipSpecialTokens);
    },
    // Ids without a token count as one.
    vocabSize: new Set(tokens).size,
  };
}
