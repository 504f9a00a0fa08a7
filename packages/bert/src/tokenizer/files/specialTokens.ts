import { isObject, type TokenizerConfig, type TokenizerJson } from './tokenizerJson.ts';

/** The special tokens of BERT, by their roles. */
export interface SpecialTokens {
  readonly unk: string;
  readonly pad: string;
  readonly cls: string;
  readonly sep: string;
  readonly mask: string;
}

/** Their roles, in the order in which `transformers` gives new ones their ids. */
export const specialTokenNames = ['unk', 'sep', 'pad', 'cls', 'mask'] as const;

function tokenText(config: TokenizerConfig, key: string, usual: string): string {
  const value = config[key];
  if (typeof value === 'object' && value !== null && 'content' in value) return String(value.content);
  return typeof value === 'string' ? value : usual;
}

/**
 * What tokenizer_config.json calls them, or else their usual names.
 *
 * @param unk what the vocabulary's model calls the unknown token
 */
export function readSpecialTokens(config: TokenizerConfig, unk = '[UNK]'): SpecialTokens {
  return {
    unk: tokenText(config, 'unk_token', unk),
    pad: tokenText(config, 'pad_token', '[PAD]'),
    cls: tokenText(config, 'cls_token', '[CLS]'),
    sep: tokenText(config, 'sep_token', '[SEP]'),
    mask: tokenText(config, 'mask_token', '[MASK]'),
  };
}

/** The same under the names that a tokenizer shows: `padToken`, `padTokenId`, … */
export function specialTokenFields(tokens: SpecialTokens, idOf: (token: string) => number) {
  return {
    padToken: tokens.pad,
    padTokenId: idOf(tokens.pad),
    unkToken: tokens.unk,
    unkTokenId: idOf(tokens.unk),
    clsToken: tokens.cls,
    clsTokenId: idOf(tokens.cls),
    sepToken: tokens.sep,
    sepTokenId: idOf(tokens.sep),
    maskToken: tokens.mask,
    maskTokenId: idOf(tokens.mask),
  };
}

/**
 * Whether other files name or list tokens differently from tokenizer.json, which another module
 * handles.
 */
export function differsFromTokenizerJson(
  { added_tokens: added, post_processor, model }: TokenizerJson,
  config: TokenizerConfig,
) {
  const words = readSpecialTokens(config, model.unk_token);
  const special = added.filter((token) => token.special).map(({ content }) => content);
  const framing: unknown = post_processor?.['special_tokens'];
  return (
    Boolean(config.added_tokens_decoder ?? config.extra_special_tokens) ||
    Object.values(words).some((word) => !special.includes(word)) ||
    [words.cls, words.sep].some((word) => !isObject(framing) || !Object.hasOwn(framing, word))
  );
}

const textOf = (token: unknown) => (isObject(token) ? String(token.content) : String(token));

/** The special tokens beside BERT's own: a list, or an object of them by name. */
export const extraTokens = ({ extra_special_tokens: listed }: TokenizerConfig): string[] | Record<string, string> =>
  Array.isArray(listed)
    ? listed.map(textOf)
    : Object.fromEntries(Object.entries((listed ?? {}) as object).map(([name, token]) => [name, textOf(token)]));
