import { shown } from '@attune/validate';
import { withBertTemplate } from './bertTemplate.ts';
import { TokenizerError } from '../../errors.ts';
import { readSpecialTokens, specialTokenNames } from './specialTokens.ts';
import { isId, isObject, type AddedToken, type TokenizerConfig, type TokenizerJson } from './tokenizerJson.ts';

type NamedToken = Omit<AddedToken, 'id'>;

/** A token with every field, as tokenizer.json writes it. */
const whole = <Token extends NamedToken>(token: Token) => ({
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: !token.special,
  special: false,
  ...token,
});

/** The special tokens beside BERT's own that the configuration names, as texts or as objects. */
function extraTokensOf({ extra_special_tokens: listed = [] }: TokenizerConfig): NamedToken[] {
  const refuse = (found: string) => {
    throw new TokenizerError(
      `tokenizer_config.json or special_tokens_map.json: extra_special_tokens (or additional_special_tokens) ${found}`,
    );
  };
  if (typeof listed !== 'object') refuse(`must be a list of tokens; got ${shown(listed)}`);
  // As transformers 5 writes them, they may have names: { image_token: '<image>' }.
  return Object.values(listed as object).map((token: unknown) => {
    const own = typeof token === 'string' ? { content: token } : token;
    if (!isObject(own) || typeof own.content !== 'string' || own.content === '')
      refuse(`must hold tokens; got ${shown(token)}`);
    return { ...(own as unknown as NamedToken), special: true };
  });
}

/**
 * Tokens that were added to the vocabulary: tokenizer_config.json lists them by id, and in older
 * folders added_tokens.json by content.
 */
function listedTokens(
  { added_tokens_decoder: byId }: TokenizerConfig,
  byContent: Readonly<Record<string, unknown>>,
  special: ReadonlySet<string>,
  folder: string,
): AddedToken[] {
  const listed: unknown[] = byId
    ? Object.entries(byId).map(([id, token]: [string, unknown]) =>
        isObject(token) ? { ...token, id: Number(id) } : token,
      )
    : Object.entries(byContent).map(([content, id]) => ({ content, id, special: special.has(content) }));
  return listed.map((token) => {
    if (!isObject(token) || typeof token.content !== 'string' || !isId(token.id))
      throw new TokenizerError(
        `${folder}: added_tokens_decoder of tokenizer_config.json, or added_tokens.json, must hold tokens with a content ` +
          `and an id; got ${shown(token)}`,
      );
    return token as unknown as AddedToken;
  });
}

/**
 * A tokenizer.json with the tokens that the files beside it list or name: each with the id that it
 * has in the vocabulary, or is listed with, or else the next one, as in `transformers`.
 *
 * @param addedTokens the content of added_tokens.json
 * @param folder where the files are, for messages
 */
export function withTokensBeside(
  json: TokenizerJson,
  config: TokenizerConfig,
  addedTokens: Readonly<Record<string, unknown>>,
  folder: string,
): TokenizerJson {
  const { vocab } = json.model;
  const vocabulary = new Map(Array.isArray(vocab) ? vocab.map(([token], id) => [token, id]) : Object.entries(vocab));
  const words = readSpecialTokens(config, json.model.unk_token);
  const extra = extraTokensOf(config);
  const names = new Set(Object.values(words));
  const special = new Set([...names, ...extra.map(({ content }) => content)]);
  const tokens = new Map<string, AddedToken>();
  // What tokenizer.json says of a token wins.
  for (const token of [...listedTokens(config, addedTokens, special, folder), ...json.added_tokens]) {
    const { content } = token;
    const id = vocabulary.get(content) ?? token.id;
    tokens.set(content, { ...whole(token), id, ...(names.has(content) && { special: true }) });
  }
  const used = [...vocabulary.values(), ...[...tokens.values()].map(({ id }) => id)];
  let next = used.reduce((largest, id) => Math.max(largest, id), -1) + 1;
  // Those of BERT have names where nothing names them. No vocabulary does without the unknown one.
  const isNamed = (name: keyof typeof words) =>
    vocabulary.has(words[name]) ||
    (name !== 'unk' && (json.model.type === 'WordPiece' || config[`${name}_token`] !== undefined));
  const named = specialTokenNames.filter(isNamed).map((name): NamedToken => {
    const stated = config[`${name}_token`];
    return { ...(isObject(stated) && stated), content: words[name], special: true };
  });
  for (const token of [...named, ...extra]) {
    const { content } = token;
    if (!tokens.has(content)) tokens.set(content, { ...whole(token), id: vocabulary.get(content) ?? next++ });
  }
  const added = [...tokens.values()].sort((a, b) => a.id - b.id);
  return withBertTemplate({ ...json, added_tokens: added }, config);
}
