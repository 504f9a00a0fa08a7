import {
  answerOtherNames,
  flag,
  optional,
  pythonNames,
  refuseSurplus,
  requireArgument,
  requireOptions,
  shown,
  text,
  type Kind,
} from '@attune/validate';
import { writableFolder, type WritableFolder } from '../folder/modelFolder.ts';
import { encodeTexts, type EncodeParts } from './encode/encode.ts';
import { resolveOptions } from './encode/encodeOptions.ts';
import { TokenizerError } from '../errors.ts';
import { requirePadOptions, padFeatures, type Features, type PadOptions } from './encode/pad.ts';
import { extraTokens, readSpecialTokens, specialTokenFields } from './files/specialTokens.ts';
import { tokenizerFiles } from './files/savedFiles.ts';
import { readTemplate } from './encode/template.ts';
import { createTextPipeline } from './steps/textPipeline.ts';
import { isTexts, readTexts, requireText } from './encode/texts.ts';
import type { TokenizerConfig, TokenizerJson } from './files/tokenizerJson.ts';
import type { TokenSteps } from './steps/tokenSteps.ts';
import type { DecodeOptions, EncodeOptions, Tokenizer } from './tokenizerTypes.ts';

export interface TokenizerParts {
  readonly json: TokenizerJson;
  readonly config: TokenizerConfig;
  readonly steps: TokenSteps;
  readonly modelMaxLength: number;
  readonly fingerprint: string;
  /** Writes files into a folder; from the platform. */
  readonly write: (folder: WritableFolder, files: ReadonlyMap<string, string>) => Promise<void>;
  /** Where warnings go. */
  readonly warn: (message: string) => void;
}

const idList: Kind = { what: 'a list of token ids', holds: isTexts };
/** Ids as a list. @throws TokenizerError for anything but ids, which would silently be left out */
function readIds(operation: string, given: Iterable<number>): number[] {
  requireArgument(operation, 'ids', given, idList, TokenizerError);
  const ids = [...given];
  const isId = (id: unknown) => (typeof id === 'bigint' || Number.isInteger(id)) && (id as number) >= 0;
  const wrong = ids.findIndex((id) => !isId(id));
  if (wrong >= 0)
    throw new TokenizerError(
      `${operation}: ids[${wrong}] must be a token id; got ${shown(ids[wrong])}${isTexts(ids[wrong]) ? '. batchDecode takes lists of lists.' : ''}`,
    );
  return ids;
}

const decodeOptions = { skipSpecialTokens: optional(flag) };
const tokenList: Kind = { what: 'a token or a list of tokens', holds: isTexts };

function inputNames(config: TokenizerConfig): readonly string[] {
  const distil = (config.tokenizer_class ?? '').startsWith('DistilBert');
  return config.model_input_names ?? ['input_ids', ...(distil ? [] : ['token_type_ids']), 'attention_mask'];
}

function sayOnce(warn: (message: string) => void): EncodeParts['warnOnce'] {
  const said = new Set<string>();
  return (about, message) => {
    if (!said.has(about)) warn(message);
    said.add(about);
  };
}

/** The methods of a tokenizer. */
function tokenizerMethods({ pipeline, padValues, modelMaxLength, paddingSide }: EncodeParts) {
  const { idOf } = pipeline;
  const decode = (ids: Iterable<number>, options?: DecodeOptions): string => {
    if (options) requireOptions('decode', options, decodeOptions, { error: TokenizerError });
    return pipeline.decode(readIds('decode', ids), options);
  };
  return {
    tokenize(given: string): string[] {
      refuseSurplus('tokenize', 1, arguments, TokenizerError);
      requireText(given, 'text');
      return pipeline.tokensOf(given).map(pipeline.shownAs);
    },
    pad(features: Features, options: PadOptions = {}): Record<string, unknown[]> {
      requirePadOptions(options);
      return padFeatures(features, options, padValues, { maxLength: modelMaxLength, paddingSide });
    },
    decode,
    batchDecode(rows: Iterable<Iterable<number>>, options?: DecodeOptions): string[] {
      requireArgument('batchDecode', 'rows', rows, { ...idList, what: 'a list of lists of ids' }, TokenizerError);
      return Array.from(rows, (ids) => decode(ids, options));
    },
    convertTokensToIds(tokens: string | readonly string[]): number | number[] {
      if (typeof tokens === 'string') return idOf(tokens);
      requireArgument('convertTokensToIds', 'tokens', tokens, tokenList, TokenizerError);
      return Array.from(tokens, (token, index) => {
        requireArgument('convertTokensToIds', `tokens[${index}]`, token, text, TokenizerError);
        return idOf(token);
      });
    },
    convertIdsToTokens(ids: Iterable<number>): string[] {
      return readIds('convertIdsToTokens', ids).map(pipeline.tokenOf);
    },
  };
}

/** Builds the callable tokenizer from its parts. @throws TokenizerError */
export function createTokenizer(parts: TokenizerParts): Tokenizer {
  const { json, config, steps, modelMaxLength, fingerprint } = parts;
  const words = readSpecialTokens(config, json.model.unk_token);
  const pipeline = createTextPipeline(json, steps, words.unk);
  const { idOf, vocabSize } = pipeline;
  const shared: EncodeParts = {
    pipeline,
    template: readTemplate(json.post_processor),
    padValues: { input_ids: idOf(words.pad), token_type_ids: 0, attention_mask: 0, special_tokens_mask: 1 },
    modelMaxLength,
    modelInputNames: inputNames(config),
    paddingSide: config.padding_side ?? 'right',
    truncationSide: config.truncation_side ?? 'right',
    warnOnce: sayOnce(parts.warn),
  };
  const { modelInputNames, paddingSide, truncationSide } = shared;
  const named = new Set([...Object.values(words), ...Object.values(extraTokens(config))]);
  const files = (): Map<string, string> => tokenizerFiles(parts);

  const encode = (...given: [input: unknown, pairOrOptions?: unknown, options?: EncodeOptions | null]) => {
    const [input, pairOrOptions, givenOptions] = given;
    refuseSurplus('The tokenizer', 3, given, TokenizerError);
    if (given.length > 1 && pairOrOptions === undefined)
      shared.warnOnce(
        'undefined',
        'The second texts are undefined, as from a column that does not exist: only the first are tokenized. If there are none, give null or leave them out.',
      );
    const secondIsOptions = typeof pairOrOptions === 'object' && pairOrOptions !== null && !isTexts(pairOrOptions);
    if (secondIsOptions && givenOptions !== undefined && givenOptions !== null)
      throw new TokenizerError('The tokenizer was given its options twice. Give texts, pairs or null, and options.');
    const options = resolveOptions(
      (secondIsOptions ? pairOrOptions : (givenOptions ?? {})) as EncodeOptions,
      modelMaxLength,
    );
    const pair = secondIsOptions || pairOrOptions === null ? undefined : pairOrOptions;
    return encodeTexts(readTexts(input, pair), options, shared);
  };
  const facts = {
    ...specialTokenFields(words, idOf),
    allSpecialIds: json.added_tokens.filter(({ content }) => named.has(content)).map(({ id }) => id),
    vocabSize,
    modelMaxLength,
    modelInputNames,
    paddingSide,
    truncationSide,
    fingerprint,
  };
  const tokenizer = Object.assign(encode, tokenizerMethods(shared), {
    files,
    async savePretrained(folder: WritableFolder): Promise<void> {
      requireArgument('savePretrained', 'folder', folder, writableFolder, TokenizerError);
      await parts.write(folder, files());
    },
  });
  Object.defineProperties(tokenizer, readOnly(facts));
  answerOtherNames(tokenizer, 'A tokenizer has', TokenizerError, pythonNames(Object.keys(tokenizer)));
  return tokenizer as unknown as Tokenizer;
}

/** Properties that cannot be set, as Python's are: that would be passed over in silence. */
function readOnly(facts: object): PropertyDescriptorMap {
  const property = ([name, value]: [string, unknown]) => {
    const set = () => {
      throw new TokenizerError(
        `A tokenizer holds no state: ${name} cannot be set. Pass it to fromPretrained, or maxLength to the call.`,
      );
    };
    return [name, { get: () => value, set, enumerable: true }];
  };
  return Object.fromEntries(Object.entries(facts).map(property)) as PropertyDescriptorMap;
}
