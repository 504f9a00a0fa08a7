import type { ResolvedOptions } from './encodeOptions.ts';
import { TokenizerError } from '../../errors.ts';
import { padFeatures, type PadValues } from './pad.ts';
import { buildSequence, specialCount, type Template } from './template.ts';
import type { ReadTexts } from './texts.ts';
import type { TextPipeline } from '../steps/textPipeline.ts';
import type { BatchEncoding, Encoding } from '../tokenizerTypes.ts';
import { readLength, truncatedLengths } from './truncation.ts';

/** The parts of a tokenizer, and its defaults. */
export interface EncodeParts {
  readonly pipeline: TextPipeline;
  readonly template: Template;
  readonly padValues: PadValues;
  readonly modelMaxLength: number;
  readonly modelInputNames: readonly string[];
  readonly paddingSide: 'left' | 'right';
  readonly truncationSide: 'left' | 'right';
  /** Warns once about each matter. */
  readonly warnOnce: (about: string, message: string) => void;
}

/** The tokens of both texts, truncated to the limit. */
function truncate(
  tokens: readonly [readonly string[], (readonly string[])?],
  specials: number,
  options: ResolvedOptions,
  { pipeline, truncationSide }: EncodeParts,
): readonly [readonly string[], readonly string[]] {
  const [first, second] = tokens;
  const { strategy, limit } = options;
  if (!strategy || !Number.isFinite(limit)) return [first, second ?? []];
  if (limit < specials)
    throw new TokenizerError(
      `maxLength is ${limit}, but the ${specials} special tokens alone do not fit. Raise maxLength.`,
    );
  const side = options.truncationSide ?? truncationSide;
  const read = (of: readonly string[]): number =>
    strategy === 'longest_first' ? readLength(of, limit, pipeline.continues, side) : of.length;
  const [a, b = 0] = truncatedLengths(read(first), second && read(second), limit - specials, strategy);
  const keep = (of: readonly string[], length: number) =>
    side === 'left' ? of.slice(of.length - length) : of.slice(0, length);
  return [keep(first, a), keep(second ?? [], b)];
}

function encodeOne(text: string, pair: string | undefined, options: ResolvedOptions, parts: EncodeParts): Encoding {
  const { pipeline, modelMaxLength } = parts;
  const { addSpecialTokens = true } = options;
  const template = parts.template[pair === undefined ? 'single' : 'pair'];
  const tokens = [pipeline.tokensOf(text), pair === undefined ? undefined : pipeline.tokensOf(pair)] as const;
  const [first, second] = truncate(tokens, addSpecialTokens ? specialCount(template) : 0, options, parts);
  const { ids, typeIds, specialMask } = buildSequence(
    template,
    first.map(pipeline.idOf),
    second.map(pipeline.idOf),
    addSpecialTokens,
  );
  if (!options.strategy && ids.length > modelMaxLength)
    parts.warnOnce(
      'length',
      `A text has ${ids.length} tokens, more than the ${modelMaxLength} that the model takes: it will be refused there. ` +
        `Pass { truncation: true }. (Said once.)`,
    );
  return {
    input_ids: ids,
    ...((options.returnTokenTypeIds ?? parts.modelInputNames.includes('token_type_ids')) && {
      token_type_ids: typeIds,
    }),
    ...((options.returnAttentionMask ?? true) && { attention_mask: ids.map(() => 1) }),
    ...(options.returnSpecialTokensMask && { special_tokens_mask: specialMask }),
  };
}

/** The rows as columns. Without a row, the columns are those that rows would have. */
function toColumns(rows: readonly Encoding[], options: ResolvedOptions, parts: EncodeParts): BatchEncoding {
  const names = Object.keys(rows[0] ?? encodeOne('', undefined, options, parts)) as (keyof Encoding)[];
  const columns: BatchEncoding = { input_ids: [] };
  for (const name of names) columns[name] = rows.map((row) => row[name] ?? []);
  return columns;
}

/** Encodes the texts of a call. @throws TokenizerError, TruncationError */
export function encodeTexts(given: ReadTexts, options: ResolvedOptions, parts: EncodeParts): Encoding | BatchEncoding {
  const { modelMaxLength, paddingSide, padValues } = parts;
  if (options.strategy && !Number.isFinite(options.limit))
    parts.warnOnce(
      'limit',
      'truncation was asked for, but neither tokenizer_config.json nor config.json states a limit: nothing is cut. Pass maxLength. ' +
        '(Said once.)',
    );
  if (options.maxLength !== undefined && !options.strategy && options.paddingTo !== 'max_length')
    parts.warnOnce(
      'maxLength',
      `maxLength is ${options.maxLength}, and nothing is cut or padded to it. Pass truncation: true, or padding: 'max_length'. (Said once.)`,
    );
  const pad = <Columns extends object>(columns: Columns): Columns =>
    padFeatures(
      columns as Readonly<Record<string, readonly unknown[]>>,
      { ...options, padding: options.paddingTo, returnAttentionMask: false },
      padValues,
      { maxLength: modelMaxLength, paddingSide },
    ) as Columns;
  if (given.kind === 'one') {
    const encoding = encodeOne(given.text, given.pair, options, parts);
    if (!options.paddingTo) return encoding;
    const columns = pad(Object.fromEntries(Object.entries(encoding).map(([name, ids]) => [name, [ids]])));
    return Object.fromEntries(Object.entries(columns).map(([name, rows]) => [name, rows[0]])) as Encoding;
  }
  const { texts, pairs } = given;
  const columns = toColumns(
    texts.map((text, index) => encodeOne(text, pairs?.[index], options, parts)),
    options,
    parts,
  );
  return options.paddingTo ? pad(columns) : columns;
}
