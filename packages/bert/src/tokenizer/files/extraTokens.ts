import { shown } from '@attune/validate';
import { TokenizerError } from '../../errors.ts';
import { isObject, type AddedToken, type TokenizerConfig, type TokenizerJson } from './tokenizerJson.ts';

/**
 * The special tokens beside BERT's own that tokenizer_config.json names, as texts or as objects.
 */
function extraTokensOf(config: TokenizerConfig): Omit<AddedToken, 'id'>[] {
  return ['additional_special_tokens', 'extra_special_tokens'].flatMap((name) => {
    const refuse = (found: string) => {
      throw new TokenizerError(`tokenizer_config.json: ${name} ${found}.`);
    };
    const listed = config[name] ?? [];
    if (typeof listed !== 'object') refuse(`is ${shown(listed)}; a list of tokens was expected`);
    // As transformers 5 writes them, they may have names: { image_token: '<image>' }.
    return Object.values(listed as object).map((token: unknown) => {
      const own = typeof token === 'string' ? { content: token } : token;
      if (!isObject(own) || typeof own.content !== 'string' || own.content === '')
        refuse(`holds ${shown(token)}; a token was expected`);
      return own as Omit<AddedToken, 'id'>;
    });
  });
}

/**
 * A tokenizer.json with the special tokens that tokenizer_config.json names beside: each with the
 * id that it has in the vocabulary, or else the next one, as in `transformers`.
 */
export function withExtraTokens(json: TokenizerJson, config: TokenizerConfig): TokenizerJson {
  const extra = extraTokensOf(config);
  if (extra.length === 0) return json;
  const { vocab } = json.model;
  const tokens = new Map(json.added_tokens.map((token) => [token.content, token]));
  const idOf = (content: string): number | undefined =>
    Array.isArray(vocab) || !Object.hasOwn(vocab, content) ? undefined : vocab[content];
  const ids = [
    ...(Array.isArray(vocab) ? vocab.keys() : Object.values(vocab)),
    ...json.added_tokens.map(({ id }) => id),
  ];
  let next = ids.reduce((largest, id) => Math.max(largest, id), -1) + 1;
  for (const token of extra) {
    const known = tokens.get(token.content);
    const id = known?.id ?? idOf(token.content) ?? next++;
    tokens.set(token.content, {
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      ...token,
      ...known,
      id,
      special: true,
    });
  }
  return { ...json, added_tokens: [...tokens.values()].sort((a, b) => a.id - b.id) };
}
