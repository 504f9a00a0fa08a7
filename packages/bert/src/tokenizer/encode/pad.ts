import { anything, flag, oneOf, optional, requireOptions, shown, wholeNumber } from '@attune/validate';
import { TokenizerError } from '../../errors.ts';

/** Padding strategy: true is 'longest', false is 'do_not_pad'. */
export type PaddingStrategy = boolean | 'longest' | 'max_length' | 'do_not_pad';

/** Options of a tokenizer's `pad`. */
export interface PadOptions {
  /**
   * true or 'longest' (default): to the longest row; 'max_length': to `maxLength`; false: not at
   * all.
   */
  padding?: PaddingStrategy | undefined;
  /** The length of 'max_length', in tokens. Default: the model's limit. */
  maxLength?: number | undefined;
  /** Round the length up to a multiple of this. Default: no rounding. */
  padToMultipleOf?: number | undefined;
  /** Make an `attention_mask` where there is none. Default true. */
  returnAttentionMask?: boolean | undefined;
  /** Where padding goes. Default: the tokenizer's side, usually 'right'. */
  paddingSide?: 'left' | 'right' | undefined;
}

/** Padding value of each token column; other columns are not padded. */
export type PadValues = Readonly<Record<string, number>>;

/** Examples as rows, or as one column per key. */
export type Features = readonly Readonly<Record<string, unknown>>[] | Readonly<Record<string, readonly unknown[]>>;

const padOptions = {
  padding: anything,
  maxLength: optional(wholeNumber(0)),
  padToMultipleOf: anything,
  returnAttentionMask: optional(flag),
  paddingSide: optional(oneOf('left', 'right')),
};

/** Checks what `pad` was given. @throws TokenizerError */
export function requirePadOptions(options: PadOptions): void {
  requireOptions('pad', options, padOptions, { error: TokenizerError });
}

function toColumns(features: Features): Record<string, unknown[]> {
  if (typeof features !== 'object' || features === null)
    throw new TokenizerError(`pad takes rows or columns, [{ input_ids }, …] or { input_ids }; got ${shown(features)}`);
  if (!Array.isArray(features))
    return Object.fromEntries(
      Object.entries(features).map(([key, column]) => {
        if (typeof column !== 'object' || column === null || !(Symbol.iterator in column))
          throw new TokenizerError(
            `pad: the column '${key}' must be a list with a value per row; got ${shown(column)}`,
          );
        return [key, [...(column as readonly unknown[])]];
      }),
    );
  const rows = features as readonly Readonly<Record<string, unknown>>[];
  rows.forEach((row: unknown, index) => {
    if (typeof row !== 'object' || row === null)
      throw new TokenizerError(`pad: row ${index} must be an object such as { input_ids }; got ${shown(row)}`);
  });
  const columns: Record<string, unknown[]> = {};
  for (const key of Object.keys(rows[0] ?? {})) {
    columns[key] = rows.map((row, index) => {
      if (!(key in row))
        throw new TokenizerError(`pad: row ${index} has no '${key}', row 0 has. Give every row the same keys.`);
      return row[key];
    });
  }
  return columns;
}

/** Checks and resolves `padding`; undefined means no padding. @throws TokenizerError */
export function paddingKind(padding: unknown): 'longest' | 'max_length' | undefined {
  if (padding === true || padding === 'longest') return 'longest';
  if (padding === 'max_length') return 'max_length';
  if (padding === false || padding === 'do_not_pad') return undefined;
  throw new TokenizerError(`padding must be true, 'longest', 'max_length' or false; got ${shown(padding)}`);
}

/** @throws TokenizerError */
export function requireMultiple(padToMultipleOf: number | undefined): void {
  if (padToMultipleOf !== undefined && (!Number.isInteger(padToMultipleOf) || padToMultipleOf < 1))
    throw new TokenizerError(`padToMultipleOf must be a positive whole number; got ${shown(padToMultipleOf)}`);
}

function targetLength(
  longest: number,
  kind: 'longest' | 'max_length',
  maxLength: number,
  multiple: number | undefined,
): number {
  if (kind === 'max_length' && !Number.isFinite(maxLength)) {
    throw new TokenizerError(
      "padding 'max_length' needs a length, and this tokenizer states no limit. Pass maxLength.",
    );
  }
  requireMultiple(multiple);
  const length = kind === 'max_length' ? maxLength : longest;
  return multiple === undefined ? length : Math.ceil(length / multiple) * multiple;
}

/**
 * Pads rows of token ids to one length. `input_ids` determines the length of all token columns
 * (`padValues`); other columns (`label`) stay unchanged. A row longer than the target keeps its
 * length, as in `transformers`.
 *
 * @throws TokenizerError
 */
export function padFeatures(
  features: Features,
  options: PadOptions,
  padValues: PadValues,
  defaults: { maxLength: number; paddingSide: 'left' | 'right' },
): Record<string, unknown[]> {
  const columns = toColumns(features);
  const ids = columns.input_ids;
  if (!ids) {
    throw new TokenizerError(
      `pad: there is no 'input_ids' among the keys: ${Object.keys(columns).join(', ') || '(none)'}. Tokenize the texts first.`,
    );
  }
  const lengths = ids.map((row, index) => {
    if (typeof row !== 'object' || row === null || !('length' in row)) {
      throw new TokenizerError(`pad: input_ids of row ${index} must be a list of token ids; got ${shown(row)}`);
    }
    return row.length as number;
  });
  if ((options.returnAttentionMask ?? true) && !columns.attention_mask) {
    columns.attention_mask = lengths.map((length) => Array.from({ length: length }, () => 1));
  }
  const kind = paddingKind(options.padding ?? true);
  if (!kind) return columns;
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const length = targetLength(longest, kind, options.maxLength ?? defaults.maxLength, options.padToMultipleOf);
  const left = (options.paddingSide ?? defaults.paddingSide) === 'left';
  for (const [key, column] of Object.entries(columns)) {
    const value = padValues[key];
    if (value === undefined) continue;
    columns[key] = column.map((row, index) => {
      const values = Array.from(row as ArrayLike<number>);
      if (values.length !== lengths[index]) {
        throw new TokenizerError(
          `pad: '${key}' of row ${index} has ${values.length} values, input_ids has ${lengths[index]}. They must be equally long.`,
        );
      }
      const padding = Array.from({ length: Math.max(0, length - values.length) }, () => value);
      return left ? [...padding, ...values] : [...values, ...padding];
    });
  }
  return columns;
}
