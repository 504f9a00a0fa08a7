import { TokenizerError } from './errors.ts';
import { padFeatures, paddingKind, type Features, type PadOptions } from './pad.ts';
import { buildSequence, readTemplate, specialCount } from './template.ts';
import { createTextPipeline } from './textPipeline.ts';
import type { TokenizerConfig, TokenizerJson } from './tokenizerJson.ts';
import type { BatchEncoding, DecodeOptions, EncodeOptions, Encoding, Texts, Tokenizer } from './tokenizerTypes.ts';
import { readLength, truncatedLengths, type TruncationStrategy } from './truncation.ts';

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

export interface TokenizerParts {
  readonly json: TokenizerJson;
  readonly config: TokenizerConfig;
  readonly modelMaxLength: number;
  readonly fingerprint: string;
  /** Writes files into a folder; from the platform. */
  readonly write: (folder: string, files: ReadonlyMap<string, string>) => Promise<void>;
  /** Where warnings go. */
  readonly warn: (message: string) => void;
}

function truncationKind(truncation: unknown): TruncationStrategy | undefined {
  if (truncation === true || truncation === 'longest_first') return 'longest_first';
  if (truncation === 'only_first' || truncation === 'only_second') return truncation;
  if (truncation === false || truncation === undefined || truncation === 'do_not_truncate') return undefined;
  throw new TokenizerError(
    `truncation is ${JSON.stringify(truncation)}; expected true, 'longest_first', 'only_first', 'only_second' or false.`,
  );
}

function tokenText(config: TokenizerConfig, key: string, usual: string): string {
  const value = config[key];
  if (typeof value === 'object' && value !== null && 'content' in value) return String(value.content);
  return typeof value === 'string' ? value : usual;
}

function asList(texts: Texts, name: string): string[] {
  const list = [...texts];
  list.forEach((text: unknown, index) => {
    if (typeof text !== 'string') {
      const shown = text === null || text === undefined ? `${String(text)}, a missing value` : `a ${typeof text}`;
      throw new TokenizerError(`${name}[${index}] is ${shown}; a string was expected. Filter or fill such rows first.`);
    }
  });
  return list;
}

function isTexts(value: unknown): value is Texts {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/** Builds the callable tokenizer from its parts. */
export function createTokenizer(parts: TokenizerParts): Tokenizer {
  const { json, config, modelMaxLength, fingerprint } = parts;
  const template = readTemplate(json.post_processor);
  const specialCounts = { single: specialCount(template.single), pair: specialCount(template.pair) };
  const distil = (config.tokenizer_class ?? '').startsWith('DistilBert');
  const modelInputNames = config.model_input_names ?? [
    'input_ids',
    ...(distil ? [] : ['token_type_ids']),
    'attention_mask',
  ];
  const paddingSide = config.padding_side ?? 'right';
  const truncationSide = config.truncation_side ?? 'right';
  const words = {
    unk: tokenText(config, 'unk_token', json.model.unk_token ?? '[UNK]'),
    pad: tokenText(config, 'pad_token', '[PAD]'),
    cls: tokenText(config, 'cls_token', '[CLS]'),
    sep: tokenText(config, 'sep_token', '[SEP]'),
    mask: tokenText(config, 'mask_token', '[MASK]'),
  };
  const pipeline = createTextPipeline(json, config, words.unk);
  const { tokensOf, idOf, continues } = pipeline;
  const padId = idOf(words.pad);
  const padValues = { input_ids: padId, token_type_ids: 0, attention_mask: 0, special_tokens_mask: 1 };
  const warned = new Set<string>();
  const warnOnce = (about: string, message: string): void => {
    if (!warned.has(about)) parts.warn(message);
    warned.add(about);
  };

  const encodeOne = (
    text: string,
    pair: string | undefined,
    options: EncodeOptions,
    limit: number,
    strategy: TruncationStrategy | undefined,
  ): Encoding => {
    const addSpecialTokens = options.addSpecialTokens ?? true;
    const kind = pair === undefined ? 'single' : 'pair';
    let first = tokensOf(text);
    let second = pair === undefined ? [] : tokensOf(pair);
    if (strategy && Number.isFinite(limit)) {
      const room = limit - (addSpecialTokens ? specialCounts[kind] : 0);
      if (room < 0) {
        throw new TokenizerError(
          `maxLength is ${limit}, but the ${specialCounts[kind]} special tokens alone do not fit. Raise maxLength.`,
        );
      }
      const side = options.truncationSide ?? truncationSide;
      const read = (tokens: readonly string[]): number => readLength(tokens, limit, continues, side);
      const [a, b] = truncatedLengths(read(first), pair === undefined ? undefined : read(second), room, strategy);
      const left = side === 'left';
      first = left ? first.slice(first.length - a) : first.slice(0, a);
      second = left ? second.slice(second.length - (b ?? 0)) : second.slice(0, b ?? 0);
    }
    const built = buildSequence(template[kind], first.map(idOf), second.map(idOf), addSpecialTokens);
    if (!strategy && built.ids.length > modelMaxLength) {
      warnOnce(
        'length',
        `A text has ${built.ids.length} tokens, more than the ${modelMaxLength} that the model takes: it will be refused there. ` +
          `Pass { truncation: true }. (Said once.)`,
      );
    }
    const encoding: Encoding = { input_ids: built.ids };
    if (options.returnTokenTypeIds ?? modelInputNames.includes('token_type_ids'))
      encoding.token_type_ids = built.typeIds;
    if (options.returnAttentionMask ?? true)
      encoding.attention_mask = Array.from({ length: built.ids.length }, () => 1);
    if (options.returnSpecialTokensMask) encoding.special_tokens_mask = built.specialMask;
    return encoding;
  };

  const encode = (input: unknown, pairOrOptions?: unknown, givenOptions?: EncodeOptions): Encoding | BatchEncoding => {
    const secondIsOptions = typeof pairOrOptions === 'object' && pairOrOptions !== null && !isTexts(pairOrOptions);
    const options = (secondIsOptions ? pairOrOptions : (givenOptions ?? {})) as EncodeOptions;
    const pair = secondIsOptions || pairOrOptions === null ? undefined : pairOrOptions;
    const unknown = Object.keys(options).find((name) => !optionNames.includes(name));
    if (unknown !== undefined)
      throw new TokenizerError(`The tokenizer has no option '${unknown}'. It takes: ${optionNames.join(', ')}.`);
    const padding = paddingKind(options.padding ?? false);
    const { maxLength } = options;
    if (maxLength !== undefined && (!Number.isInteger(maxLength) || maxLength < 0)) {
      throw new TokenizerError(`maxLength is ${maxLength}; a number of tokens was expected.`);
    }
    const implied = maxLength !== undefined && options.truncation === undefined && !padding;
    const strategy = truncationKind(implied ? true : options.truncation);
    const limit = maxLength ?? modelMaxLength;
    if (strategy && !Number.isFinite(limit)) {
      warnOnce(
        'limit',
        'truncation was asked for, but neither tokenizer_config.json nor config.json states a limit: nothing is cut. Pass maxLength. ' +
          '(Said once.)',
      );
    }

    if (typeof input === 'string') {
      if (pair !== undefined && typeof pair !== 'string')
        throw new TokenizerError(
          'One text was given with a list as its pair. Give a string with a string, or a list with a list.',
        );
      const encoding = encodeOne(input, pair, options, limit, strategy);
      if (!padding) return encoding;
      const padded = padFeatures([encoding], { ...options, padding, returnAttentionMask: false }, padValues, {
        maxLength: modelMaxLength,
        paddingSide,
      });
      return Object.fromEntries(Object.entries(padded).map(([key, rows]) => [key, rows[0]])) as Encoding;
    }
    if (!isTexts(input)) {
      throw new TokenizerError(
        `The tokenizer was given ${input === null ? 'null' : `a value of type ${typeof input}`}; a string or a list of strings was ` +
          `expected.`,
      );
    }
    const texts = asList(input, 'texts');
    if (pair !== undefined && !isTexts(pair))
      throw new TokenizerError(
        'A list of texts was given with a single text as its pair. Give one pair text per text.',
      );
    const pairs = pair === undefined ? undefined : asList(pair, 'pairs');
    if (pairs && pairs.length !== texts.length) {
      throw new TokenizerError(
        `There are ${texts.length} texts and ${pairs.length} pair texts. Give one pair text per text.`,
      );
    }
    const encodings = texts.map((text, index) => encodeOne(text, pairs?.[index], options, limit, strategy));
    const columns: BatchEncoding = { input_ids: encodings.map((encoding) => encoding.input_ids) };
    for (const key of ['token_type_ids', 'attention_mask', 'special_tokens_mask'] as const) {
      const rows = encodings.map((encoding) => encoding[key]).filter((row) => row !== undefined);
      const wanted =
        key === 'token_type_ids'
          ? (options.returnTokenTypeIds ?? modelInputNames.includes(key))
          : key === 'attention_mask'
            ? (options.returnAttentionMask ?? true)
            : options.returnSpecialTokensMask;
      if (wanted) columns[key] = rows;
    }
    if (!padding) return columns;
    return padFeatures(columns, { ...options, padding, returnAttentionMask: false }, padValues, {
      maxLength: modelMaxLength,
      paddingSide,
    }) as BatchEncoding;
  };

  const { decode } = pipeline;

  const files = (): Map<string, string> => {
    const written: TokenizerConfig = {
      ...config,
      ...Object.fromEntries(
        Object.entries(words).map(([name, token]) => [`${name}_token`, config[`${name}_token`] ?? token]),
      ),
      ...(Number.isFinite(modelMaxLength) ? { model_max_length: modelMaxLength } : {}),
      tokenizer_class: config.tokenizer_class ?? 'BertTokenizer',
    };
    return new Map([
      ['tokenizer.json', `${JSON.stringify(json, undefined, 2)}\n`],
      ['tokenizer_config.json', `${JSON.stringify(written, undefined, 2)}\n`],
    ]);
  };

  const tokenizer = Object.assign(encode, {
    tokenize: tokensOf,
    pad: (features: Features, options: PadOptions = {}) =>
      padFeatures(features, options, padValues, { maxLength: modelMaxLength, paddingSide }),
    decode,
    batchDecode: (rows: Iterable<Iterable<number>>, options?: DecodeOptions) =>
      Array.from(rows, (ids) => decode(ids, options)),
    convertTokensToIds: (tokens: string | readonly string[]) =>
      typeof tokens === 'string' ? idOf(tokens) : tokens.map(idOf),
    convertIdsToTokens: (ids: Iterable<number>) => Array.from(ids, pipeline.tokenOf),
    vocabSize: pipeline.vocabSize,
    modelMaxLength,
    modelInputNames,
    paddingSide,
    truncationSide,
    fingerprint,
    files,
    padToken: words.pad,
    padTokenId: padId,
    unkToken: words.unk,
    unkTokenId: idOf(words.unk),
    clsToken: words.cls,
    clsTokenId: idOf(words.cls),
    sepToken: words.sep,
    sepTokenId: idOf(words.sep),
    maskToken: words.mask,
    maskTokenId: idOf(words.mask),
    allSpecialIds: json.added_tokens.filter((token) => token.special).map((token) => token.id),
    savePretrained: (folder: string) => parts.write(folder, files()),
  });
  return tokenizer as unknown as Tokenizer;
}
