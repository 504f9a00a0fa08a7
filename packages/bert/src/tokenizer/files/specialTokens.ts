import type { TokenizerConfig } from './tokenizerJson.ts';

/** The special tokens of BERT, by their roles. */
export interface SpecialTokens {
  readonly unk: string;
  readonly pad: string;
  readonly cls: string;
  readonly sep: string;
  readonly mask: string;
}

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
