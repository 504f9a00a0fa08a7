import { Tokenizer as Library } from '@huggingface/tokenizers';
import { findAddedTokens } from './addedTokens.ts';
import { bertNormalizer, bertWords, type BertNormalizerOptions } from './bertNormalizer.ts';
import { TokenizerError } from './errors.ts';
import type { TokenizerConfig, TokenizerJson } from './tokenizerJson.ts';
import type { DecodeOptions } from './tokenizerTypes.ts';

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

/** BERT's own steps, where tokenizer.json asks for them; else the library's. */
function stepsOf(json: TokenizerJson, library: Library) {
  const { normalizer, pre_tokenizer: preTokenizer } = json;
  return {
    normalize:
      normalizer?.type === 'BertNormalizer'
        ? bertNormalizer(normalizer as BertNormalizerOptions)
        : (text: string): string => library.normalizer?.(text) ?? text,
    words:
      preTokenizer?.type === 'BertPreTokenizer'
        ? bertWords
        : (text: string): string[] => library.pre_tokenizer?.(text) ?? [text],
  };
}

/**
 * Takes added tokens out of the library's vocabulary of words, where it puts them: in Rust no word
 * is cut at one. Returns their ids.
 */
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
export function createTextPipeline(json: TokenizerJson, config: TokenizerConfig, unknownToken: string): TextPipeline {
  const library = new Library(json, config);
  const { model } = library;
  const unknownId = library.token_to_id(unknownToken);
  if (unknownId === undefined || !model)
    throw new TokenizerError(`The vocabulary has no unknown token '${unknownToken}'.`);
  const addedIds = takeOutAddedTokens(json, model.tokens_to_ids);
  const { normalize, words } = stepsOf(json, library);
  const isNormalized = ({ normalized, special = false }: TokenizerJson['added_tokens'][number]): boolean =>
    normalized ?? !special;
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
              'token' in part ? part.token.content : model(words(part.text)),
            ),
      ),
    idOf: (token) => addedIds.get(token) ?? library.token_to_id(token) ?? unknownId,
    tokenOf: (id) => library.id_to_token(id) ?? unknownToken,
    continues: (token) => token.startsWith(prefix),
    decode(ids, { skipSpecialTokens = false } = {}) {
      const known = [...ids].filter((id) => library.id_to_token(id) !== undefined);
      return known.length === 0
        ? ''
        : library.decode(known, { skip_special_tokens: skipSpecialTokens, clean_up_tokenization_spaces: false });
    },
    vocabSize: library.get_vocab().size,
  };
}
