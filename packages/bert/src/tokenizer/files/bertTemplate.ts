import { readSpecialTokens, type SpecialTokens } from './specialTokens.ts';
import { isObject, type TokenizerConfig, type TokenizerJson } from './tokenizerJson.ts';

/** Where BERT's special tokens stand, as tokenizer.json writes it. */
function bertTemplate(
  { cls, sep }: SpecialTokens,
  idOf: (token: string) => number | undefined,
): NonNullable<TokenizerJson['post_processor']> {
  const bracket = (token: string, typeId = 0) => ({ SpecialToken: { id: token, type_id: typeId } });
  const single = [bracket(cls), { Sequence: { id: 'A', type_id: 0 } }, bracket(sep)];
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, { Sequence: { id: 'B', type_id: 1 } }, bracket(sep, 1)],
    special_tokens: Object.fromEntries(
      [cls, sep].map((token) => [token, { id: token, ids: [idOf(token)], tokens: [token] }]),
    ),
  };
}

/** With BERT's template, where there is none of the special tokens that a folder names. */
export function withBertTemplate(json: TokenizerJson, config: TokenizerConfig): TokenizerJson {
  if (json.model.type !== 'WordPiece') return json;
  const words = readSpecialTokens(config, json.model.unk_token);
  const known: unknown = json.post_processor?.['special_tokens'];
  const isNamed = config['cls_token'] !== undefined || config['sep_token'] !== undefined;
  const names = [...new Set([words.cls, words.sep])].sort();
  const isOther = isNamed && isObject(known) && Object.keys(known).sort().join('\n') !== names.join('\n');
  if (json.post_processor && !isOther) return json;
  const ids = new Map(json.added_tokens.map(({ content, id }) => [content, id]));
  return { ...json, post_processor: bertTemplate(words, (token) => ids.get(token)) };
}
