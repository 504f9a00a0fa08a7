import { noGrad, type Device } from '@attune/tensor';
import {
  ArgumentError,
  flag,
  nonEmptyText,
  optional,
  requireArgument,
  requireOptions,
  shown,
  text,
  wholeNumber,
} from '@attune/validate';
import { BertModel } from '../bert/bertModel.ts';
import { CheckpointError } from '../errors.ts';
import { modelFolder, type ModelFolder } from '../folder/modelFolder.ts';
import { openPretrained, pretrainedKinds, type PretrainedOptions } from '../folder/pretrainedFiles.ts';
import { deviceKind } from '../pretrained/loadOptions.ts';
import { AutoTokenizer } from '../tokenizer/autoTokenizer.ts';
import type { Tokenizer } from '../tokenizer/tokenizerTypes.ts';
import { clsPooling, maxPooling, meanPooling, normalize, type Vectors } from './pooling.ts';
import { readSentenceConfig, type SentenceConfig } from './sentenceFiles.ts';

export interface SentenceTransformerOptions extends PretrainedOptions {
  /** Device of the weights. Default: the default device, which is opened when needed. */
  device?: Device | undefined;
}

/** Options of {@link SentenceTransformer}'s `encode`. */
export interface SentenceEncodeOptions {
  /** Sentences computed at once. Default 32. */
  batchSize?: number | undefined;
  /**
   * Whether to normalise vectors to length 1, so that dot products are cosines. Default false; a
   * model with a Normalize module always does.
   */
  normalizeEmbeddings?: boolean | undefined;
  /** Text before every sentence. Default: the prompt `promptName`, else the model's default. */
  prompt?: string | undefined;
  /** Name of one of the model's prompts. Default: none. */
  promptName?: string | undefined;
}

const loadOptions = {
  device: deviceKind,
  ...pretrainedKinds,
};
const encodeOptions = {
  batchSize: optional(wholeNumber(1)),
  normalizeEmbeddings: optional(flag),
  prompt: optional(text),
  promptName: optional(nonEmptyText),
};
const advice = {
  otherNames: {
    convertToTensor: 'vectors are Float32Arrays',
    convertToNumpy: 'vectors are Float32Arrays',
    precision: 'vectors are float32',
    outputValue: 'token vectors are the lastHiddenState of BertModel',
  },
};

const poolings = { mean: meanPooling, cls: clsPooling, max: maxPooling };

/** Concatenates the vectors of several poolings, row by row. */
function join(parts: readonly Vectors[]): Vectors {
  const [first, ...others] = parts;
  if (first && others.length === 0) return first;
  const rows = first?.shape[0] ?? 0;
  const width = parts.reduce((sum, { shape }) => sum + shape[1], 0);
  const data = new Float32Array(rows * width);
  for (let row = 0, at = 0; row < rows; row++)
    for (const { data: part, shape } of parts) {
      data.set(part.subarray(row * shape[1], (row + 1) * shape[1]), at);
      at += shape[1];
    }
  return { data, shape: [rows, width] };
}

/**
 * A model that turns sentences into vectors whose angle measures similarity: BERT, pooling, and
 * optional normalisation, as described by the files of Python's sentence-transformers, with the
 * same vectors.
 */
export class SentenceTransformer {
  /** The BERT whose token vectors are pooled. */
  readonly model: BertModel;
  /** The tokenizer. */
  readonly tokenizer: Tokenizer;
  /** Pooling, prompts and length from the model's files. */
  readonly config: SentenceConfig;

  private constructor(model: BertModel, tokenizer: Tokenizer, config: SentenceConfig) {
    if (!(model instanceof BertModel))
      throw new ArgumentError(
        'SentenceTransformer is not made with new: write await SentenceTransformer.fromPretrained(nameOrFolder)',
      );
    this.model = model;
    this.tokenizer = tokenizer;
    this.config = config;
  }

  /**
   * Loads a model: a hub name, a folder, or its files. A plain BERT, without
   * modules.json, is pooled by the mean.
   *
   * @throws CheckpointError, also for modules and pooling that are not computed here; ConfigError,
   *   TokenizerError, SafetensorsError, HubError
   */
  static async fromPretrained(
    nameOrFolder: ModelFolder,
    options: SentenceTransformerOptions = {},
  ): Promise<SentenceTransformer> {
    const where = 'SentenceTransformer.fromPretrained';
    const kind = modelFolder('sentence-transformers/all-MiniLM-L6-v2');
    requireArgument(where, 'nameOrFolder', nameOrFolder, kind, CheckpointError);
    requireOptions(where, options, loadOptions);
    const { device, ...files } = options;
    const config = await readSentenceConfig(openPretrained(nameOrFolder, files));
    const subfolder = [files.subfolder, config.subfolder].filter(Boolean).join('/') || undefined;
    // The model first: its error names another architecture.
    const model = await BertModel.fromPretrained(nameOrFolder, { ...files, subfolder, device, silent: true });
    try {
      const tokenizer = await AutoTokenizer.fromPretrained(nameOrFolder, { ...files, subfolder });
      return new SentenceTransformer(model, tokenizer, config);
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  /** Length of a vector. */
  get embeddingDimension(): number {
    return this.config.pooling.length * this.model.config.hiddenSize;
  }

  /** Longest sentence in tokens; longer ones are truncated. */
  get maxSeqLength(): number {
    const { tokenizer, model, config } = this;
    return config.maxSeqLength ?? Math.min(tokenizer.modelMaxLength, model.config.maxPositionEmbeddings);
  }

  /**
   * The vector of a sentence, or the vectors of many, in order.
   *
   * @returns `embeddingDimension` numbers each
   * @throws ArgumentError for wrong options, TokenizerError for anything but text
   */
  encode(sentence: string, options?: SentenceEncodeOptions): Promise<Float32Array>;
  encode(sentences: readonly string[], options?: SentenceEncodeOptions): Promise<Float32Array[]>;
  async encode(
    sentences: string | readonly string[],
    options: SentenceEncodeOptions = {},
  ): Promise<Float32Array | Float32Array[]> {
    const where = 'SentenceTransformer.encode';
    requireOptions(where, options, encodeOptions, advice);
    if (typeof sentences !== 'string' && !Array.isArray(sentences))
      throw new ArgumentError(`${where}: sentences must be a string or an array of strings; got ${shown(sentences)}`);
    const { batchSize = 32, normalizeEmbeddings = false } = options;
    const prompt = this.#promptOf(options);
    const texts = typeof sentences === 'string' ? [sentences] : (sentences as readonly string[]);
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += batchSize) {
      const pooled = await this.#compute(texts.slice(start, start + batchSize), prompt);
      const { data, shape } = normalizeEmbeddings || this.config.normalize ? normalize(pooled) : pooled;
      for (let row = 0; row < shape[0]; row++) vectors.push(data.subarray(row * shape[1], (row + 1) * shape[1]));
    }
    return typeof sentences === 'string' ? (vectors[0] as Float32Array) : vectors;
  }

  #promptOf({ prompt, promptName }: SentenceEncodeOptions): string {
    if (prompt !== undefined) return prompt;
    if (promptName === undefined) return this.config.defaultPrompt;
    const found = this.config.prompts.get(promptName);
    if (found !== undefined) return found;
    const names = [...this.config.prompts.keys()].join(', ') || 'none';
    throw new ArgumentError(`SentenceTransformer.encode: the model has no prompt '${promptName}'; it has ${names}`);
  }

  /** The pooled vectors of a batch. */
  async #compute(texts: readonly string[], prompt: string): Promise<Vectors> {
    const prepared = texts.map((sentence) => {
      // The tokenizer reports what is wrong.
      if (typeof sentence !== 'string') return sentence;
      const whole = `${prompt}${sentence}`.trim();
      return this.config.lowerCase ? whole.toLowerCase() : whole;
    });
    const inputs = this.tokenizer(prepared, {
      truncation: true,
      maxLength: this.maxSeqLength,
      padding: true,
      paddingSide: 'right',
    });
    return this.model.device.scope(async () => {
      const { lastHiddenState, packed } = noGrad(() => this.model.forward(inputs));
      const values = await lastHiddenState.data();
      return join(this.config.pooling.map((mode) => poolings[mode](values, packed)));
    });
  }

  /** Releases the GPU memory of all weights. */
  dispose(): void {
    this.model.dispose();
  }
}
