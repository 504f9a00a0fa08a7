import { extraTokens, readSpecialTokens } from './specialTokens.ts';
import type { TokenizerConfig, TokenizerJson } from './tokenizerJson.ts';

interface SavedParts {
  readonly json: TokenizerJson;
  readonly config: TokenizerConfig;
  readonly modelMaxLength: number;
}

/** What `transformers` takes from tokenizer_config.json alone. */
function normalizerConfig({ normalizer }: TokenizerJson): TokenizerConfig {
  if (normalizer?.type !== 'BertNormalizer') return {};
  const { lowercase, strip_accents, handle_chinese_chars } = normalizer;
  return {
    ...(typeof lowercase === 'boolean' && { do_lower_case: lowercase }),
    ...(typeof strip_accents === 'boolean' && { strip_accents }),
    ...(typeof handle_chinese_chars === 'boolean' && { tokenize_chinese_chars: handle_chinese_chars }),
  };
}

/**
 * The tokenizer_config.json that is saved. Special tokens are strings in it: their
 * other fields are in tokenizer.json.
 */
export function savedConfig({ json, config, modelMaxLength }: SavedParts): TokenizerConfig {
  const words = readSpecialTokens(config, json.model.unk_token);
  return {
    ...normalizerConfig(json),
    ...config,
    ...Object.fromEntries(Object.entries(words).map(([name, token]) => [`${name}_token`, token])),
    ...(config.extra_special_tokens !== undefined && { extra_special_tokens: extraTokens(config) }),
    ...(Number.isFinite(modelMaxLength) ? { model_max_length: modelMaxLength } : {}),
    tokenizer_class: config.tokenizer_class ?? 'BertTokenizer',
  };
}

/** The files that a tokenizer saves: name to content. */
export function tokenizerFiles(parts: SavedParts): Map<string, string> {
  return new Map([
    ['tokenizer.json', `${JSON.stringify(parts.json, undefined, 2)}\n`],
    ['tokenizer_config.json', `${JSON.stringify(savedConfig(parts), undefined, 2)}\n`],
  ]);
}
