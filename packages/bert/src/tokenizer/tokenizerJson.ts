import { TokenizerError } from './errors.ts';

/** The parts of Hugging Face's tokenizer.json that are read here; the rest is kept as it is. */
export interface TokenizerJson {
  added_tokens: { id: number; content: string; special: boolean }[];
  normalizer: ({ type: string } & Record<string, unknown>) | null;
  pre_tokenizer: object | null;
  post_processor: ({ type: string } & Record<string, unknown>) | null;
  decoder: object | null;
  model: { type?: string; vocab: Record<string, number> | [string, number][]; unk_token?: string } & Record<
    string,
    unknown
  >;
  [key: string]: unknown;
}

/** The parts of tokenizer_config.json that are read here; the rest is kept as it is. */
export interface TokenizerConfig {
  model_max_length?: number;
  do_lower_case?: boolean;
  strip_accents?: boolean | null;
  tokenize_chinese_chars?: boolean;
  model_input_names?: string[];
  padding_side?: 'left' | 'right';
  truncation_side?: 'left' | 'right';
  tokenizer_class?: string;
  [key: string]: unknown;
}

const bertSpecialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/**
 * The tokenizer.json that `BertTokenizer` stands for, made from a vocab.txt: one token a line, the
 * line number is its id.
 * @throws TokenizerError when a special token of BERT is missing
 */
export function fromVocabulary(vocabTxt: string, config: TokenizerConfig): TokenizerJson {
  const lines = vocabTxt.split('\n').map((line) => line.replace(/\r$/, ''));
  if (lines.at(-1) === '') lines.pop();
  const vocab = Object.fromEntries(lines.map((token, id) => [token, id]));
  const idOf = (token: string): number => {
    const id = vocab[token];
    if (id === undefined)
      throw new TokenizerError(
        `vocab.txt has no ${token} among its ${lines.length} tokens; it is not the vocabulary of a BERT tokenizer.`,
      );
    return id;
  };
  const bracket = (token: string) => ({ SpecialToken: { id: token, type_id: 0 } });
  const single = [bracket('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, bracket('[SEP]')];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: bertSpecialTokens
      .map((content) => ({
        id: idOf(content),
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      }))
      .sort((a, b) => a.id - b.id),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: config.tokenize_chinese_chars ?? true,
      strip_accents: config.strip_accents ?? null,
      lowercase: config.do_lower_case ?? true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single,
      pair: [...single, { Sequence: { id: 'B', type_id: 1 } }, { SpecialToken: { id: '[SEP]', type_id: 1 } }],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((token) => [token, { id: token, ids: [idOf(token)], tokens: [token] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}

/**
 * What tokenizer_config.json says about lower case, accents and Chinese characters wins over
 * tokenizer.json, as in `transformers`.
 */
export function applyConfig(json: TokenizerJson, config: TokenizerConfig): TokenizerJson {
  if (json.normalizer?.type !== 'BertNormalizer') return json;
  const normalizer = { ...json.normalizer };
  if (config.do_lower_case !== undefined) normalizer.lowercase = config.do_lower_case;
  if (config.strip_accents !== undefined) normalizer.strip_accents = config.strip_accents;
  if (config.tokenize_chinese_chars !== undefined) normalizer.handle_chinese_chars = config.tokenize_chinese_chars;
  return { ...json, normalizer };
}
