import { isNormalized } from './addedTokens.ts';
import { bertNormalizer, bertWords, type BertNormalizerOptions } from './bertNormalizer.ts';
import type { TokenizerJson } from '../files/tokenizerJson.ts';
import type { TokenSteps } from './tokenSteps.ts';

/** Whether a tokenizer.json asks for BERT's steps from end to end. */
export function isBert({ normalizer, pre_tokenizer: preTokenizer, model, decoder }: TokenizerJson): boolean {
  return (
    normalizer?.type === 'BertNormalizer' &&
    preTokenizer?.type === 'BertPreTokenizer' &&
    decoder?.type === 'WordPiece' &&
    model.type === 'WordPiece' &&
    typeof model.unk_token === 'string' &&
    !model['fuse_unk'] &&
    !Array.isArray(model.vocab)
  );
}

/** The steps of a tokenizer.json that {@link isBert}, which need nothing of the library. */
export function bertSteps(json: TokenizerJson): TokenSteps {
  const { model, decoder, normalizer, added_tokens: added } = json;
  const vocabulary = Object.entries(model.vocab as Record<string, number>);
  const ids = new Map(vocabulary);
  for (const { content, id } of added) ids.set(content, id);
  const tokens: (string | undefined)[] = Array.from({ length: vocabulary.length });
  for (const [token, id] of vocabulary) tokens[id] = token;
  for (const { content, id } of added) tokens[id] = content;
  const normalize = bertNormalizer(normalizer as BertNormalizerOptions);
  const shown = [...tokens];
  for (const token of added) if (isNormalized(token)) shown[token.id] = normalize(token.content);
  const special = new Set(added.filter((token) => token.special).map(({ content }) => content));
  const joined = joiner(decoder ?? {});
  return {
    normalize,
    words: bertWords,
    pieces: wordPiece(ids, model),
    ids,
    tokens,
    shown,
    decode(known, skipSpecialTokens) {
      const all = known.map((id) => shown[id] ?? '');
      return joined(skipSpecialTokens ? all.filter((token) => !special.has(token)) : all);
    },
  };
}

/**
 * Cuts each word into the longest pieces of the vocabulary, from its start; it is
 * unknown where one is missing.
 */
function wordPiece(ids: ReadonlyMap<string, number>, model: TokenizerJson['model']): TokenSteps['pieces'] {
  const unknown = String(model.unk_token);
  const prefix = String(model['continuing_subword_prefix'] ?? '##');
  const most = Number(model['max_input_chars_per_word'] ?? 100);
  const cut = (word: string): string[] => {
    const characters = [...word];
    if (characters.length > most) return [unknown];
    const pieces: string[] = [];
    for (let start = 0, end = characters.length; start < characters.length; end = characters.length) {
      const pieceTo = (last: number) => (start > 0 ? prefix : '') + characters.slice(start, last).join('');
      while (end > start && !ids.has(pieceTo(end))) end--;
      if (end === start) return [unknown];
      pieces.push(pieceTo(end));
      start = end;
    }
    return pieces;
  };
  return (words) => words.flatMap(cut);
}

/** What `cleanup` takes a space away from, in this order. */
const cleanups = [' .', ' ?', ' !', ' ,', " ' ", " n't", " 'm", " 's", " 've", " 're"];

/** The `WordPiece` decoder of the Rust tokenizers. */
function joiner({ prefix, cleanup }: Readonly<Record<string, unknown>>) {
  const joins = typeof prefix === 'string' ? prefix : null;
  const clean = (text: string) => cleanups.reduce((result, part) => result.replaceAll(part, part.trim()), text);
  const written = (token: string, index: number) => {
    if (index === 0) return token;
    return joins !== null && token.startsWith(joins) ? token.slice(joins.length) : ` ${token}`;
  };
  return (tokens: readonly string[]): string =>
    tokens.map((token, index) => (cleanup ? clean(written(token, index)) : written(token, index))).join('');
}
