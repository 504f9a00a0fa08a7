import { nearestName, shown } from '@attune/validate';
import { TokenizerError } from '../../errors.ts';
import { requireMultiple, paddingKind } from './pad.ts';
import type { EncodeOptions } from '../tokenizerTypes.ts';
import type { TruncationStrategy } from './truncation.ts';

const optionNames: readonly string[] = [
  'truncation',
  'maxLength',
  'padding',
  'padToMultipleOf',
  'addSpecialTokens',
  'returnTokenTypeIds',
  'returnAttentionMask',
  'returnSpecialTokensMask',
  'paddingSide',
  'truncationSide',
];

/** What Python's tokenizers take, and what to do instead. */
const otherNames: Readonly<Record<string, string>> = {
  returnTensors: 'Leave it out: lists will do.',
  textPair: 'It is the second argument.',
  isSplitIntoWords: 'Give each word to tokenize(word).',
  returnLength: 'Leave it out: it is input_ids.length.',
  stride: 'Cut long texts into parts first.',
  returnOverflowingTokens: 'Cut long texts into parts first.',
};

const flags = ['addSpecialTokens', 'returnTokenTypeIds', 'returnAttentionMask', 'returnSpecialTokensMask'] as const;

/** Options of one call, with defaults resolved. */
export interface ResolvedOptions extends EncodeOptions {
  /** undefined: nothing is cut. */
  readonly strategy: TruncationStrategy | undefined;
  /** Where to cut, in tokens with special tokens. */
  readonly limit: number;
  /** undefined: nothing is padded. */
  readonly paddingTo: 'longest' | 'max_length' | undefined;
}

function truncationKind(truncation: unknown): TruncationStrategy | undefined {
  if (truncation === true || truncation === 'longest_first') return 'longest_first';
  if (truncation === 'only_first' || truncation === 'only_second') return truncation;
  if (truncation === false || truncation === undefined || truncation === 'do_not_truncate') return undefined;
  throw new TokenizerError(
    `truncation must be true, 'longest_first', 'only_first', 'only_second' or false; got ${shown(truncation)}`,
  );
}

function requireSide(value: unknown, name: string): void {
  if (value !== undefined && value !== 'left' && value !== 'right')
    throw new TokenizerError(`${name} must be 'left' or 'right'; got ${shown(value)}`);
}

/** @throws TokenizerError for an unknown option or a wrong value */
export function resolveOptions(options: EncodeOptions, modelMaxLength: number): ResolvedOptions {
  if (typeof options !== 'object' || options === null)
    throw new TokenizerError(`The tokenizer takes its options as an object, { truncation, … }; got ${shown(options)}`);
  for (const name of Object.keys(options)) {
    if (optionNames.includes(name)) continue;
    const nearest = nearestName(name, optionNames);
    const pythonName = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const other = Object.hasOwn(otherNames, pythonName) && otherNames[pythonName];
    const advice = nearest ? `Did you mean ${nearest}?` : `It takes: ${optionNames.join(', ')}.`;
    throw new TokenizerError(`The tokenizer has no option '${name}'. ${other || advice}`);
  }
  const paddingTo = paddingKind(options.padding ?? false);
  const { maxLength } = options;
  if (maxLength !== undefined && (!Number.isInteger(maxLength) || maxLength < 0))
    throw new TokenizerError(`maxLength must be a number of tokens; got ${shown(maxLength)}`);
  for (const name of flags) {
    const given: unknown = options[name];
    const isDefault = given === undefined || (given === null && name !== 'addSpecialTokens');
    if (!isDefault && typeof given !== 'boolean')
      throw new TokenizerError(`${name} must be true or false; got ${shown(given)}`);
  }
  requireSide(options.paddingSide, 'paddingSide');
  requireSide(options.truncationSide, 'truncationSide');
  const { padToMultipleOf } = options;
  requireMultiple(padToMultipleOf);
  if (padToMultipleOf !== undefined && !paddingTo)
    throw new TokenizerError(`padToMultipleOf is ${padToMultipleOf}, and nothing is padded. Pass padding: true.`);
  const implied = maxLength !== undefined && options.truncation === undefined && !paddingTo;
  const strategy = truncationKind(implied ? true : options.truncation);
  const limit = maxLength ?? modelMaxLength;
  if (strategy && padToMultipleOf !== undefined && Number.isFinite(limit) && limit % padToMultipleOf !== 0)
    throw new TokenizerError(
      `Texts are cut to ${limit} tokens, which is not a multiple of ${padToMultipleOf}. Pass another maxLength.`,
    );
  return { ...options, strategy, limit, paddingTo };
}
