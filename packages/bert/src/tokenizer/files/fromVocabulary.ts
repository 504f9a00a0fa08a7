import { shown } from '@attune/validate';
import { TokenizerError } from '../../errors.ts';
import { readSpecialTokens } from './specialTokens.ts';
import { isId, isObject, type AddedToken, type TokenizerConfig, type TokenizerJson } from './tokenizerJson.ts';

/** A token with every field, as tokenizer.json writes it. */
const addedToken = (token: AddedToken): AddedToken => ({
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: !token.special,
  special: false,
  ...token,
});

/**
 * The tokens that were added to a vocab.txt: tokenizer_config.json lists them by id, and in older
 * folders added_tokens.json by content.
 */
function addedToVocabulary(
  { added_tokens_decoder: byId = {} }: TokenizerConfig,
  byContent: Readonly<Record<string, unknown>>,
  known: readonly string[],
  folder: string,
): AddedToken[] {
  const listed = Object.entries(byId as Record<string, unknown>).map(([id, token]) =>
    isObject(token) ? { ...token, id: Number(id) } : token,
  );
  const older = Object.entries(byContent).map(([content, id]) => ({ content, id }));
  const seen = new Set(known);
  return [...listed, ...older].filter((token): token is AddedToken => {
    if (!isObject(token) || typeof token.content !== 'string' || !isId(token.id))
      throw new TokenizerError(
        `${folder}: added_tokens_decoder of tokenizer_config.json, or added_tokens.json, holds ${shown(token)}; ` +
          'a token with a content and an id was expected.',
      );
    const isNew = !seen.has(token.content);
    seen.add(token.content);
    return isNew;
  });
}

/**
 * The tokenizer.json that `BertTokenizer` stands for, made from a vocab.txt: one token a line, the
 * line number is its id.
 *
 * @param addedTokens the content of added_tokens.json
 * @param folder where the files are, for messages
 * @throws TokenizerError when a special token of BERT is missing
 */
export function fromVocabulary(
  vocabTxt: string,
  config: TokenizerConfig,
  addedTokens: Readonly<Record<string, unknown>> = {},
  folder = '',
): TokenizerJson {
  const lines = vocabTxt.split('\n').map((line) => line.trimEnd());
  if (lines.at(-1) === '') lines.pop();
  const vocab = Object.fromEntries(lines.map((token, id) => [token, id]));
  const idOf = (token: string): number => {
    const id = vocab[token];
    if (!Object.hasOwn(vocab, token) || id === undefined)
      throw new TokenizerError(
        `${folder}vocab.txt has no ${token} among its ${lines.length} tokens; it is not the vocabulary of a BERT tokenizer.`,
      );
    return id;
  };
  const { pad, unk, cls, sep, mask } = readSpecialTokens(config);
  // Only a text with a gap needs a mask: a vocabulary may do without.
  const own = [pad, unk, cls, sep, ...(Object.hasOwn(vocab, mask) ? [mask] : [])];
  const bracket = (token: string) => ({ SpecialToken: { id: token, type_id: 0 } });
  const single = [bracket(cls), { Sequence: { id: 'A', type_id: 0 } }, bracket(sep)];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      ...own.map((content) => addedToken({ content, id: idOf(content), special: true })),
      ...addedToVocabulary(config, addedTokens, own, folder).map(addedToken),
    ].sort((a, b) => a.id - b.id),
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
      pair: [...single, { Sequence: { id: 'B', type_id: 1 } }, { SpecialToken: { id: sep, type_id: 1 } }],
      special_tokens: Object.fromEntries(
        [cls, sep].map((token) => [token, { id: token, ids: [idOf(token)], tokens: [token] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: unk,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}
