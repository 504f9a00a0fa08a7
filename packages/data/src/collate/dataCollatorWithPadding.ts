import { objectWith, oneOf, optional, wholeNumber } from '@attune/validate';
import type { OptionKinds } from '@attune/validate';
import { CollateError } from '../errors.ts';
import { ownFeature } from '../features/feature.ts';
import type { Features } from '../features/feature.ts';
import { adviceFor, requireDatasetOptions } from '../requireDatasetOptions.ts';
import type { Batch, CollatorRow, DataCollator } from './batch.ts';
import { isTypedArray } from '../array/typedArray.ts';
import { shownValue } from '../shownValue.ts';
import { batchColumns, requireRows } from './labels.ts';
import { stackValues } from './stackValues.ts';

/** Padding strategy: true is 'longest', false is 'do_not_pad'. */
export type Padding = boolean | 'longest' | 'max_length' | 'do_not_pad';

/** Anything that pads rows of token ids. */
export interface PaddingTokenizer {
  /** Pads the rows of all columns to one length; columns in, columns out. */
  pad(
    features: Readonly<Record<string, readonly unknown[]>>,
    options: { padding?: Padding | undefined; maxLength?: number | undefined; padToMultipleOf?: number | undefined },
  ): Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** Options of {@link DataCollatorWithPadding}. */
export interface DataCollatorWithPaddingOptions {
  /** The tokenizer that pads. */
  readonly tokenizer: PaddingTokenizer;
  /**
   * true or 'longest' (default): to the longest row of the batch; 'max_length': to `maxLength`;
   * false: not at all.
   */
  readonly padding?: Padding | undefined;
  /** Length for 'max_length'. Default: the model's limit. */
  readonly maxLength?: number | undefined;
  /** Round the length up to a multiple of this. Default: no rounding. */
  readonly padToMultipleOf?: number | undefined;
}

const optionKinds: OptionKinds = {
  tokenizer: objectWith('a tokenizer', { pad: 'function' }),
  padding: optional(oneOf(true, false, 'longest', 'max_length', 'do_not_pad')),
  maxLength: optional(wholeNumber(1)),
  padToMultipleOf: optional(wholeNumber(1)),
};
const otherNames = adviceFor({ returnTensors: 'batches are always typed arrays; leave it out' });

/** Columns that a tokenizer pads. */
const tokenColumns = new Set(['input_ids', 'token_type_ids', 'attention_mask', 'special_tokens_mask', 'position_ids']);

// A collator is both constructed with `new` and called as a function, `collator(rows)`, as in
// transformers.
export interface DataCollatorWithPadding extends DataCollator {}

/**
 * Pads the token columns of a batch, by default to its own longest row; `label` and `label_ids`
 * become `labels` (`label_ids` takes precedence over `label`, and that over `labels`, as in
 * `transformers`).
 *
 * @throws CollateError for columns that cannot be in a batch, such as text
 */
export class DataCollatorWithPadding {
  /** The tokenizer that pads. */
  declare readonly tokenizer: PaddingTokenizer;

  /** @throws CollateError for unknown options */
  constructor(options: DataCollatorWithPaddingOptions) {
    requireDatasetOptions('new DataCollatorWithPadding', options, optionKinds, otherNames, CollateError);
    const { tokenizer, padding = true, maxLength, padToMultipleOf } = options;
    if (maxLength !== undefined && padding !== 'max_length')
      throw new CollateError(
        `new DataCollatorWithPadding: maxLength is ${maxLength}, and nothing is padded to it. Pass padding: 'max_length', or leave maxLength out; the tokenizer truncates.`,
      );
    if (padToMultipleOf !== undefined && (padding === false || padding === 'do_not_pad'))
      throw new CollateError(
        `new DataCollatorWithPadding: padToMultipleOf is ${padToMultipleOf}, and nothing is padded. Pass padding: true.`,
      );
    const collate: DataCollator = (rows, features) =>
      collateWithPadding(rows, features ?? {}, tokenizer, { padding, maxLength, padToMultipleOf });
    return Object.assign(Object.setPrototypeOf(collate, new.target.prototype), { tokenizer }) as this;
  }
}

function collateWithPadding(
  rows: readonly CollatorRow[],
  features: Features,
  tokenizer: PaddingTokenizer,
  options: Parameters<PaddingTokenizer['pad']>[1],
): Batch {
  requireRows('DataCollatorWithPadding', rows);
  const columns = batchColumns(rows, ['label_ids', 'label', 'labels']);
  const names = columns.map(({ name }) => name);
  if (!names.includes('input_ids')) {
    throw new CollateError(
      `DataCollatorWithPadding needs a column 'input_ids'; the rows have ${names.join(', ') || 'none'}. Tokenize the dataset first, with map.`,
    );
  }
  const tokens: Record<string, unknown[]> = {};
  for (const name of names) {
    if (!tokenColumns.has(name)) continue;
    tokens[name] = rows.map((values, row) => {
      const ids = values[name];
      if (isTypedArray(ids)) return [...ids];
      if (Array.isArray(ids)) return ids;
      throw new CollateError(
        `Column '${name}', row ${row} of the batch must be a list of numbers; got ${shownValue(ids)}. Tokenize the dataset first, with map.`,
        { row },
      );
    });
  }
  const padded = tokenizer.pad(tokens, options);
  const batch: Batch = {};
  for (const [name, values] of Object.entries(padded))
    batch[name] = stackValues(name, values, { hint: 'Set padding to true.' });
  for (const { name, key } of columns) {
    if (tokenColumns.has(name)) continue;
    const hint = 'Only the columns of the tokenizer are padded.';
    batch[key] = stackValues(
      name,
      rows.map((row) => row[name]),
      { feature: ownFeature(features, name), hint },
    );
  }
  return batch;
}
