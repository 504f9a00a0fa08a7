import type { TokenizerConfig } from './tokenizerJson.ts';

const isGiven = (tokens: unknown): tokens is object =>
  typeof tokens === 'object' && tokens !== null && Object.keys(tokens).length > 0;

/**
 * A tokenizer_config.json with the names of special_tokens_map.json, which folders have that are
 * older than `added_tokens_decoder`: those names win there, as in `transformers`.
 */
export function withNamesBeside(
  config: TokenizerConfig,
  specialTokensMap: Readonly<Record<string, unknown>>,
): TokenizerConfig {
  const { additional_special_tokens: older, extra_special_tokens: extra, ...own } = config;
  const stated = isGiven(extra) ? extra : (older ?? extra);
  const withExtra = (tokens: unknown, names: TokenizerConfig = {}): TokenizerConfig => ({
    ...own,
    ...names,
    ...(tokens !== undefined && tokens !== null && { extra_special_tokens: tokens }),
  });
  if (config.added_tokens_decoder) return withExtra(stated);
  const { additional_special_tokens: olderBeside, extra_special_tokens: beside, ...names } = specialTokensMap;
  if (Array.isArray(stated) && Array.isArray(beside)) return withExtra([...new Set([...stated, ...beside])], names);
  return withExtra(beside ?? stated ?? olderBeside, names);
}
