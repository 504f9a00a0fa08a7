import { endSentence, messageOf } from '@attune/validate';
import {
  ArgumentError,
  callable,
  object,
  oneOf,
  optional,
  requireArgument,
  requireOptions,
  text,
  wholeNumber,
} from '@attune/validate';
import { CheckpointError, modelTypeError, TokenizerError } from '../errors.ts';
import { refuseForeignText } from '../folder/foreignContent.ts';
import { modelFolder, type ModelFolder } from '../folder/modelFolder.ts';
import { writeModelFiles } from '../folder/writeModelFiles.ts';
import { parseJsonObject } from '../folder/parseJson.ts';
import {
  openPretrained,
  pretrainedKinds,
  describeFiles,
  type PretrainedFiles,
  type PretrainedOptions,
} from '../folder/pretrainedFiles.ts';
import { bertSteps, isBert } from './steps/bertSteps.ts';
import { createTokenizer, type TokenizerParts } from './tokenizer.ts';
import { savedConfig } from './files/savedFiles.ts';
import { differsFromTokenizerJson } from './files/specialTokens.ts';
import { applyConfig, readTokenizerConfig, readTokenizerJson, type TokenizerConfig } from './files/tokenizerJson.ts';
import type { Tokenizer } from './tokenizerTypes.ts';

/** Options that override the files. */
export interface TokenizerOverrides {
  /** Longest input in tokens. Default: from the files. */
  modelMaxLength?: number | undefined;
  /** Side of padding. Default: from the files, usually 'right'. */
  paddingSide?: 'left' | 'right' | undefined;
  /** Side of truncation. Default: from the files, usually 'right'. */
  truncationSide?: 'left' | 'right' | undefined;
  /** Where warnings go. Default: console.warn. */
  warn?: ((message: string) => void) | undefined;
}

export interface TokenizerLoadOptions extends PretrainedOptions, TokenizerOverrides {}

/** The contents of a tokenizer's files. */
export interface TokenizerFiles {
  /** The content of tokenizer.json. */
  tokenizerJson?: Record<string, unknown> | undefined;
  /** The text of vocab.txt, read where there is no tokenizer.json. */
  vocabulary?: string | undefined;
  /** The content of added_tokens.json, which old folders have: tokens and their ids. */
  addedTokens?: Record<string, unknown> | undefined;
  /** The content of special_tokens_map.json, which old folders have: names of special tokens. */
  specialTokensMap?: Record<string, unknown> | undefined;
  /** The content of tokenizer_config.json. */
  config?: Record<string, unknown> | undefined;
  /** Longest input where neither the options nor `config` state one. */
  maxPositions?: number | undefined;
}

const overrideKinds = {
  modelMaxLength: optional(wholeNumber(1)),
  paddingSide: optional(oneOf('left', 'right')),
  truncationSide: optional(oneOf('left', 'right')),
  warn: optional(callable),
};
const loadKinds = {
  ...overrideKinds,
  ...pretrainedKinds,
};
const fileKinds = {
  tokenizerJson: optional(object),
  vocabulary: optional(text),
  addedTokens: optional(object),
  specialTokensMap: optional(object),
  config: optional(object),
  maxPositions: optional(wholeNumber(1)),
};
const advice = {
  error: TokenizerError,
  otherNames: {
    use_fast: 'there is one tokenizer, equal to the fast one',
    useFast: 'there is one tokenizer, equal to the fast one',
    do_lower_case: 'it is set in tokenizer_config.json',
    doLowerCase: 'it is set in tokenizer_config.json',
  },
};

/**
 * Incremented when the same files give other ids, so that tables tokenized earlier are not taken
 * from a cache.
 */
const encodingVersion = 3;

async function sha256(content: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(content));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `transformers` writes 1e30 for "no limit". */
function statedLimit(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value < 1e9 ? value : undefined;
}

/** Makes and tries a tokenizer; errors name the file. */
async function createChecked(parts: Omit<TokenizerParts, 'steps'>, source: string): Promise<Tokenizer> {
  const { json, config } = parts;
  const make = isBert(json) ? bertSteps : (await import('./steps/librarySteps.ts')).librarySteps;
  try {
    const tokenizer = createTokenizer({ ...parts, steps: make(json, config) });
    tokenizer.decode(tokenizer('a', 'b', { maxLength: 100 }).input_ids);
    return tokenizer;
  } catch (error) {
    const reason = messageOf(error);
    throw new TokenizerError(
      `${source} does not make a tokenizer: ${endSentence(reason.slice(0, 300))} It is damaged, or belongs to another kind of model than BERT.`,
      { cause: error },
    );
  }
}

async function makeTokenizer(files: TokenizerFiles, options: TokenizerOverrides, folder: string): Promise<Tokenizer> {
  const stated = readTokenizerConfig(files.config ?? {}, `${folder}tokenizer_config.json`);
  const { addedTokens, specialTokensMap } = files;
  const isPlain = specialTokensMap === undefined && stated.additional_special_tokens === undefined;
  const config: TokenizerConfig = isPlain
    ? { ...stated }
    : (await import('./files/namesBeside.ts')).withNamesBeside(stated, specialTokensMap ?? {});
  if (options.paddingSide) config.padding_side = options.paddingSide;
  if (options.truncationSide) config.truncation_side = options.truncationSide;
  const source = `${folder}${files.tokenizerJson ? 'tokenizer.json' : 'vocab.txt'}`;
  const own = files.tokenizerJson
    ? applyConfig(readTokenizerJson(files.tokenizerJson, source), config)
    : (await import('./files/fromVocabulary.ts')).fromVocabulary(files.vocabulary ?? '', config, folder);
  const json =
    addedTokens || differsFromTokenizerJson(own, config)
      ? (await import('./files/tokensBeside.ts')).withTokensBeside(own, config, addedTokens ?? {}, folder)
      : own;
  const modelMaxLength =
    options.modelMaxLength ?? statedLimit(config.model_max_length) ?? files.maxPositions ?? Infinity;
  const decides = [encodingVersion, json, savedConfig({ json, config, modelMaxLength })];
  const fingerprint = await sha256(JSON.stringify(decides));
  const { warn = console.warn } = options;
  return createChecked({ json, config, modelMaxLength, fingerprint, write: writeModelFiles, warn }, source);
}

/**
 * Makes a tokenizer from the contents of its files.
 * @throws TokenizerError that names the file and what is wrong in it
 */
export async function tokenizerFromFiles(files: TokenizerFiles, options: TokenizerOverrides = {}): Promise<Tokenizer> {
  requireOptions('tokenizerFromFiles', files, fileKinds, { error: TokenizerError });
  requireOptions('tokenizerFromFiles', options, overrideKinds, advice);
  if (!files.tokenizerJson && files.vocabulary === undefined)
    throw new TokenizerError('tokenizerFromFiles: neither tokenizerJson nor vocabulary was given; pass one of them');
  return makeTokenizer(files, options, '');
}

async function readFiles(files: PretrainedFiles, givenLimit: number | undefined): Promise<TokenizerFiles> {
  const readObject = async (file: string): Promise<Record<string, unknown> | undefined> => {
    const content = await files.readText(file);
    return content === undefined ? undefined : parseJsonObject(content, `${files.name}/${file}`);
  };
  const tokenizerJson = await readObject('tokenizer.json');
  const vocabulary = tokenizerJson ? undefined : await files.readText('vocab.txt');
  if (vocabulary !== undefined) refuseForeignText(vocabulary, `${files.name}/vocab.txt`);
  if (!tokenizerJson && vocabulary === undefined)
    throw new CheckpointError(
      `${files.name} has neither tokenizer.json nor vocab.txt: there is no tokenizer to load. ${await describeFiles(files)}`,
    );
  const config = await readObject('tokenizer_config.json');
  // Of older folders; what lists its tokens by id lists them all.
  const isOlder = !config?.added_tokens_decoder;
  const addedTokens = isOlder ? await readObject('added_tokens.json') : undefined;
  const specialTokensMap = isOlder ? await readObject('special_tokens_map.json') : undefined;
  const isStated = givenLimit !== undefined || statedLimit(config?.model_max_length) !== undefined;
  const maxPositions = isStated ? undefined : statedLimit((await readObject('config.json'))?.max_position_embeddings);
  return { tokenizerJson, vocabulary, addedTokens, specialTokensMap, config, maxPositions };
}

/** An error that says, from config.json, that this is another kind of model. */
async function otherModel(files: PretrainedFiles, error: unknown): Promise<Error | undefined> {
  if (!(error instanceof TokenizerError || error instanceof CheckpointError)) return undefined;
  const config = await files.readText('config.json').catch(() => undefined);
  const [, modelType] = /"model_type"\s*:\s*"([\w-]+)"/.exec(config ?? '') ?? [];
  if (modelType === undefined || modelType === 'bert') return undefined;
  const { message } = modelTypeError(modelType, `${files.name}/config.json`);
  const Kind = error instanceof CheckpointError ? CheckpointError : TokenizerError;
  return new Kind(`${message} Its tokenizer: ${error.message}`, { cause: error });
}

/** Loads tokenizers: by hub name, folder, or files. */
export class AutoTokenizer {
  constructor() {
    throw new ArgumentError(
      'AutoTokenizer is not made with new: write await AutoTokenizer.fromPretrained(nameOrFolder)',
    );
  }

  /**
   * Loads tokenizer.json (or, without one, vocab.txt) and tokenizer_config.json.
   * The length limit is `model_max_length`, or else `max_position_embeddings` of config.json.
   *
   * @throws CheckpointError when neither file is there or one is not JSON, TokenizerError when one
   *   is damaged or of another kind of tokenizer; both name the file
   */
  static async fromPretrained(nameOrFolder: ModelFolder, options: TokenizerLoadOptions = {}): Promise<Tokenizer> {
    const where = 'AutoTokenizer.fromPretrained';
    requireArgument(where, 'nameOrFolder', nameOrFolder, modelFolder(), CheckpointError);
    requireOptions(where, options, loadKinds, advice);
    const { modelMaxLength, paddingSide, truncationSide, warn, ...hubOptions } = options;
    const source = openPretrained(nameOrFolder, hubOptions);
    try {
      const files = await readFiles(source, modelMaxLength);
      return await makeTokenizer(files, { modelMaxLength, paddingSide, truncationSide, warn }, `${source.name}/`);
    } catch (error) {
      throw (await otherModel(source, error)) ?? error;
    }
  }
}
