import { shown } from '@attune/validate';
import { TokenizerError } from '../../errors.ts';
import type { TokenizerJson } from '../files/tokenizerJson.ts';

/** One piece of the finished sequence: a special token, or all tokens of sequence A or B. */
export type TemplatePiece =
  | { readonly kind: 'special'; readonly ids: readonly number[]; readonly typeId: number }
  | { readonly kind: 'sequence'; readonly which: 'A' | 'B'; readonly typeId: number };

/** Where special tokens stand around a single sequence and around a pair. */
export interface Template {
  readonly single: readonly TemplatePiece[];
  readonly pair: readonly TemplatePiece[];
}

interface JsonPiece {
  readonly SpecialToken?: { readonly id: string; readonly type_id: number };
  readonly Sequence?: { readonly id: 'A' | 'B'; readonly type_id: number };
}

const sequence = (which: 'A' | 'B', typeId: number): TemplatePiece => ({ kind: 'sequence', which, typeId });
const special = (id: number, typeId: number): TemplatePiece => ({ kind: 'special', ids: [id], typeId });

/**
 * Reads the `post_processor` of a tokenizer.json.
 *
 * @throws TokenizerError for a type that adds tokens in a way unknown here
 */
export function readTemplate(postProcessor: TokenizerJson['post_processor']): Template {
  if (!postProcessor) return { single: [sequence('A', 0)], pair: [sequence('A', 0), sequence('B', 1)] };
  if (postProcessor.type === 'TemplateProcessing') {
    const specials = postProcessor.special_tokens as Record<string, { ids: number[] }>;
    const pieces = (items: unknown): TemplatePiece[] => {
      if (!Array.isArray(items) || typeof specials !== 'object' || specials === null)
        throw new TokenizerError('the template of the post_processor holds no lists: it is damaged');
      return (items as JsonPiece[]).map(({ SpecialToken, Sequence }) => {
        if (Sequence) return sequence(Sequence.id, Sequence.type_id);
        const ids = SpecialToken && specials[SpecialToken.id]?.ids;
        if (!ids) throw new TokenizerError(`the template names a special token without ids: ${shown(SpecialToken)}`);
        return { kind: 'special', ids, typeId: SpecialToken.type_id };
      });
    };
    return { single: pieces(postProcessor.single), pair: pieces(postProcessor.pair) };
  }
  if (postProcessor.type === 'BertProcessing') {
    const [cls, sep] = [(postProcessor.cls as [string, number])[1], (postProcessor.sep as [string, number])[1]];
    const single = [special(cls, 0), sequence('A', 0), special(sep, 0)];
    return { single, pair: [...single, sequence('B', 1), special(sep, 1)] };
  }
  throw new TokenizerError(
    `post-processor '${postProcessor.type}' is not supported; ` +
      `TemplateProcessing and BertProcessing are, which is what BERT's tokenizers use`,
  );
}

/** How many special tokens a template adds. */
export function specialCount(pieces: readonly TemplatePiece[]): number {
  return pieces.reduce((sum, piece) => sum + (piece.kind === 'special' ? piece.ids.length : 0), 0);
}

export interface BuiltSequence {
  ids: number[];
  typeIds: number[];
  specialMask: number[];
}

/** Puts the sequences and, unless disabled, the special tokens in their places. */
export function buildSequence(
  pieces: readonly TemplatePiece[],
  a: readonly number[],
  b: readonly number[],
  addSpecialTokens: boolean,
): BuiltSequence {
  const built: BuiltSequence = { ids: [], typeIds: [], specialMask: [] };
  for (const piece of pieces) {
    if (piece.kind === 'special' && !addSpecialTokens) continue;
    const ids = piece.kind === 'special' ? piece.ids : piece.which === 'A' ? a : b;
    for (const id of ids) {
      built.ids.push(id);
      built.typeIds.push(piece.typeId);
      built.specialMask.push(piece.kind === 'special' ? 1 : 0);
    }
  }
  return built;
}
