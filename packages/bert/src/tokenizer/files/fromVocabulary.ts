import { TokenizerError } from '../../errors.ts';
import { readSpecialTokens } from './specialTokens.ts';
import type { TokenizerConfig, TokenizerJson } from './tokenizerJson.ts';

/**
 * The tokenizer.json that `BertTokenizer` stands for, made from a vocab.txt: one token a line, the
 * line number is its id. Its special tokens and its template are those of the names beside it.
 *
 * @param folder where the files are, for messages
 * @throws TokenizerError when a special token of BERT is missing that nothing else names
 */
export function fromVocabulary(vocabTxt: string, config: TokenizerConfig, folder = ''): TokenizerJson {
  const lines = vocabTxt.split('\n').map((line) => line.trimEnd());
  if (lines.at(-1) === '') lines.pop();
  const vocab = Object.fromEntries(lines.map((token, id) => [token, id]));
  const words = readSpecialTokens(config);
  // Only a text with a gap needs a mask: a vocabulary may do without.
  for (const name of ['pad', 'unk', 'cls', 'sep'] as const) {
    if (config[`${name}_token`] !== undefined || Object.hasOwn(vocab, words[name])) continue;
    throw new TokenizerError(
      `${folder}vocab.txt has no ${words[name]} among its ${lines.length} tokens; it is not the vocabulary of a BERT tokenizer`,
    );
  }
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: config.tokenize_chinese_chars ?? true,
      strip_accents: config.strip_accents ?? null,
      lowercase: config.do_lower_case ?? true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: null,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: words.unk,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}
