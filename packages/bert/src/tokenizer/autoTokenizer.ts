import { writeFilesAtomic } from '@attune/platform';
import { CheckpointError } from '../checkpoint/checkpointError.ts';
import { parseJsonObject } from '../checkpoint/parseJson.ts';
import { openPretrained, type PretrainedOptions } from '../checkpoint/pretrainedFiles.ts';
import { createTokenizer } from './tokenizer.ts';
import type { Tokenizer } from './tokenizerTypes.ts';
import { applyConfig, fromVocabulary, type TokenizerConfig, type TokenizerJson } from './tokenizerJson.ts';

export interface TokenizerLoadOptions extends PretrainedOptions {
  /** Longest input in tokens, over what the files say. */
  modelMaxLength?: number;
  /** Which side padding goes to, over what the files say. */
  paddingSide?: 'left' | 'right';
  /** Which end truncation takes away, over what the files say. */
  truncationSide?: 'left' | 'right';
  /** Where warnings go. Default: console.warn. */
  warn?: (message: string) => void;
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `transformers` writes 1e30 for "no limit". */
function statedLimit(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value < 1e9 ? value : undefined;
}

/** Makes a tokenizer from the contents of its files. */
export async function tokenizerFromFiles(
  files: {
    tokenizerJson?: Record<string, unknown>;
    vocabulary?: string;
    config?: Record<string, unknown>;
    maxPositions?: number;
  },
  options: Pick<TokenizerLoadOptions, 'modelMaxLength' | 'paddingSide' | 'truncationSide' | 'warn'> = {},
): Promise<Tokenizer> {
  const config: TokenizerConfig = { ...files.config };
  if (options.paddingSide) config.padding_side = options.paddingSide;
  if (options.truncationSide) config.truncation_side = options.truncationSide;
  const json = files.tokenizerJson
    ? applyConfig(files.tokenizerJson as unknown as TokenizerJson, config)
    : fromVocabulary(files.vocabulary ?? '', config);
  const modelMaxLength =
    options.modelMaxLength ?? statedLimit(config.model_max_length) ?? files.maxPositions ?? Infinity;
  const fingerprint = await sha256(
    JSON.stringify([json, config, Number.isFinite(modelMaxLength) ? modelMaxLength : null]),
  );
  return createTokenizer({
    json,
    config,
    modelMaxLength,
    fingerprint,
    write: writeFilesAtomic,
    warn: options.warn ?? console.warn,
  });
}

/** Loads tokenizers by hub name or folder. */
export const AutoTokenizer = {
  /**
   * Loads tokenizer.json (or, without one, vocab.txt) and tokenizer_config.json.
   * The length limit is `model_max_length`, or else `max_position_embeddings` of config.json.
   *
   * @throws CheckpointError when neither file is there or one is broken
   */
  async fromPretrained(nameOrFolder: string, options: TokenizerLoadOptions = {}): Promise<Tokenizer> {
    const { revision, cacheDir, localFilesOnly, forceDownload, onProgress } = options;
    const files = openPretrained(nameOrFolder, { revision, cacheDir, localFilesOnly, forceDownload, onProgress });
    const readObject = async (file: string): Promise<Record<string, unknown> | undefined> => {
      const text = await files.readText(file);
      return text === undefined ? undefined : parseJsonObject(text, `${nameOrFolder}/${file}`);
    };
    const tokenizerJson = await readObject('tokenizer.json');
    const vocabulary = tokenizerJson ? undefined : await files.readText('vocab.txt');
    if (!tokenizerJson && vocabulary === undefined) {
      throw new CheckpointError(
        `${nameOrFolder} has neither tokenizer.json nor vocab.txt: there is no tokenizer to load. Is the name or folder right?`,
      );
    }
    if (
      tokenizerJson &&
      (typeof tokenizerJson.model !== 'object' ||
        tokenizerJson.model === null ||
        !Array.isArray(tokenizerJson.added_tokens))
    ) {
      throw new CheckpointError(
        `${nameOrFolder}/tokenizer.json has no 'model' or no 'added_tokens': it is no file of Hugging Face's tokenizers.`,
      );
    }
    const config = await readObject('tokenizer_config.json');
    const known = options.modelMaxLength ?? statedLimit(config?.model_max_length);
    const maxPositions =
      known === undefined ? statedLimit((await readObject('config.json'))?.max_position_embeddings) : undefined;
    return tokenizerFromFiles({ tokenizerJson, vocabulary, config, maxPositions }, options);
  },
};
