import { shown } from '@attune/validate';
import { TokenizerError } from '../../errors.ts';

/** A token that is found in the text itself, before it is split into words. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean | undefined;
  /** Whether it is looked for in the normalised text. Default: unless it is special. */
  readonly normalized?: boolean | undefined;
  /** Found only where no letter or digit is next to it. */
  readonly single_word?: boolean | undefined;
  /** Takes the white space before it, or after it, too. */
  readonly lstrip?: boolean | undefined;
  readonly rstrip?: boolean | undefined;
}

/** The parts of Hugging Face's tokenizer.json that are read here; the rest is kept as it is. */
export interface TokenizerJson {
  added_tokens: AddedToken[];
  normalizer: ({ type: string } & Record<string, unknown>) | null;
  pre_tokenizer: ({ type: string } & Record<string, unknown>) | null;
  post_processor: ({ type: string } & Record<string, unknown>) | null;
  decoder: ({ type: string } & Record<string, unknown>) | null;
  model: {
    type?: string | undefined;
    vocab: Record<string, number> | [string, number][];
    unk_token?: string | undefined;
  } & Record<string, unknown>;
  [key: string]: unknown;
}

/** The parts of tokenizer_config.json that are read here; the rest is kept as it is. */
export interface TokenizerConfig {
  model_max_length?: number | undefined;
  do_lower_case?: boolean | undefined;
  strip_accents?: boolean | null | undefined;
  tokenize_chinese_chars?: boolean | undefined;
  model_input_names?: string[] | undefined;
  padding_side?: 'left' | 'right' | undefined;
  truncation_side?: 'left' | 'right' | undefined;
  tokenizer_class?: string | undefined;
  [key: string]: unknown;
}

/** No vocabulary has ids above this; they would only reserve memory. */
const largestId = 2 ** 24;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isId = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= largestId;

function requireVocabulary(vocab: unknown, source: string): void {
  if (!isObject(vocab) && !Array.isArray(vocab))
    throw new TokenizerError(`${source}: model.vocab must be an object of tokens and ids; got ${shown(vocab)}`);
  if (Array.isArray(vocab)) return;
  for (const [token, id] of Object.entries(vocab))
    if (!isId(id)) throw new TokenizerError(`${source}: the id of ${shown(token)} must be a number; got ${shown(id)}`);
}

/** Older files, as that of bert-base-uncased, name no type: Rust tells it by the fields. */
const isWordPiece = ({ type, merges, max_input_chars_per_word }: Readonly<Record<string, unknown>>): boolean =>
  type === 'WordPiece' || (type === undefined && merges === undefined && max_input_chars_per_word !== undefined);

/**
 * Checks what is read of a tokenizer.json.
 * @throws TokenizerError that names the file and the part that is wrong
 */
export function readTokenizerJson(json: Readonly<Record<string, unknown>>, source: string): TokenizerJson {
  if (!isObject(json.model) || !Array.isArray(json.added_tokens))
    throw new TokenizerError(
      `${source} has no 'model' or no 'added_tokens': it is not a file of Hugging Face's tokenizers`,
    );
  for (const part of ['normalizer', 'pre_tokenizer', 'post_processor', 'decoder']) {
    const value = json[part];
    if (value !== null && !(isObject(value) && typeof value.type === 'string'))
      throw new TokenizerError(`${source}: ${part} must be an object with a type, or null; got ${shown(value)}`);
  }
  const { model } = json;
  requireVocabulary(model.vocab, source);
  for (const name of ['unk_token', 'continuing_subword_prefix'])
    if (model[name] !== undefined && model[name] !== null && typeof model[name] !== 'string')
      throw new TokenizerError(`${source}: model.${name} must be a string; got ${shown(model[name])}`);
  json.added_tokens.forEach((token: unknown, index) => {
    if (!isObject(token) || typeof token.content !== 'string' || !isId(token.id))
      throw new TokenizerError(
        `${source}: added_tokens[${index}] must be an object with an id and a content; got ${shown(token)}`,
      );
  });
  // What Rust takes where the file says nothing.
  const wordPiece = isWordPiece(model) && {
    type: 'WordPiece',
    continuing_subword_prefix: model.continuing_subword_prefix ?? '##',
  };
  return { ...json, model: { ...model, ...wordPiece } } as unknown as TokenizerJson;
}

const configKinds: Readonly<Record<string, readonly [what: string, holds: (value: unknown) => boolean]>> = {
  tokenizer_class: ['a string', (value) => typeof value === 'string'],
  do_lower_case: ['true or false', (value) => typeof value === 'boolean'],
  strip_accents: ['true or false', (value) => typeof value === 'boolean'],
  tokenize_chinese_chars: ['true or false', (value) => typeof value === 'boolean'],
  added_tokens_decoder: ['an object of tokens by id', isObject],
  model_input_names: [
    'a list of names',
    (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
  ],
  padding_side: ["'left' or 'right'", (value) => value === 'left' || value === 'right'],
  truncation_side: ["'left' or 'right'", (value) => value === 'left' || value === 'right'],
  model_max_length: ['a number', (value) => typeof value === 'number'],
};

/**
 * Checks what is read of a tokenizer_config.json, and leaves out what is null.
 * @throws TokenizerError that names the file and the field
 */
export function readTokenizerConfig(config: Readonly<Record<string, unknown>>, source: string): TokenizerConfig {
  for (const [name, [what, holds]] of Object.entries(configKinds)) {
    const value = config[name];
    if (value !== undefined && value !== null && !holds(value))
      throw new TokenizerError(`${source}: ${name} must be ${what}; got ${shown(value)}`);
  }
  return config;
}

/**
 * What tokenizer_config.json says about lower case, accents and Chinese characters wins over
 * tokenizer.json, as in `transformers`.
 */
export function applyConfig(json: TokenizerJson, config: TokenizerConfig): TokenizerJson {
  if (json.normalizer?.type !== 'BertNormalizer') return json;
  const normalizer = { ...json.normalizer };
  if (typeof config.do_lower_case === 'boolean') normalizer.lowercase = config.do_lower_case;
  if (config.strip_accents !== undefined) normalizer.strip_accents = config.strip_accents;
  if (typeof config.tokenize_chinese_chars === 'boolean')
    normalizer.handle_chinese_chars = config.tokenize_chinese_chars;
  return { ...json, normalizer };
}
