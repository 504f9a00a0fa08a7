// The library's steps, for a tokenizer.json that is not BERT's. Loaded on demand.
import { Tokenizer as Library } from '@huggingface/tokenizers';
import { bertNormalizer, bertWords, type BertNormalizerOptions } from './bertNormalizer.ts';
import { TokenizerError } from '../../errors.ts';
import type { TokenizerConfig, TokenizerJson } from '../files/tokenizerJson.ts';
import type { TokenSteps } from './tokenSteps.ts';

/**
 * BERT's own steps, where tokenizer.json asks for them; else the library's.
 *
 * @throws TokenizerError
 */
export function librarySteps(json: TokenizerJson, config: TokenizerConfig): TokenSteps {
  const library = new Library(json, config);
  const { normalizer, pre_tokenizer: preTokenizer } = json;
  const { model } = library;
  if (!model) throw new TokenizerError('The tokenizer has no model');
  return {
    normalize:
      normalizer?.type === 'BertNormalizer'
        ? bertNormalizer(normalizer as BertNormalizerOptions)
        : (text) => library.normalizer?.(text) ?? text,
    words: preTokenizer?.type === 'BertPreTokenizer' ? bertWords : (text) => library.pre_tokenizer?.(text) ?? [text],
    pieces: (words) => model(words),
    ids: model.tokens_to_ids,
    tokens: model.vocab,
    shown: model.vocab,
    decode: (ids, skipSpecialTokens) =>
      library.decode([...ids], { skip_special_tokens: skipSpecialTokens, clean_up_tokenization_spaces: false }),
  };
}
