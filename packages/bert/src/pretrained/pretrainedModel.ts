import type { FileContent } from '@attune/platform';
import { Module, tidy, type StateDict } from '@attune/tensor';
import {
  callable,
  flag,
  instanceOf,
  number,
  numberAtLeast,
  oneOfKinds,
  optional,
  orNull,
  requireArgument,
  requireOptions,
  text,
  wholeNumber,
} from '@attune/validate';
import { BertEmbeddings } from '../bert/embeddings.ts';
import { BertEncoder } from '../bert/encoder.ts';
import type { WeightSource } from '../bert/layers.ts';
// Not loaded on demand: a page that has lost its server meanwhile, or got a newer one, could not
// save what it trained.
import { checkpointFiles, isWeightsFile } from '../weights/checkpointFiles.ts';
import { CheckpointError, DisposedModelError } from '../errors.ts';
import type { LoadReport } from '../weights/loadReport.ts';
import { writableFolder, type ModelFolder, type WritableFolder } from '../folder/modelFolder.ts';
import { writeModelFiles } from '../folder/writeModelFiles.ts';
import { parseShardSize } from '../weights/shardSize.ts';
import { settle } from '../config/assignField.ts';
import { BertConfig } from '../config/bertConfig.ts';
import type { FromPretrainedOptions, NewModelOptions } from './loadOptions.ts';
import { defaultSeed, drawWeights, loadModel } from './loadPretrained.ts';
import { requireInputs, type ForwardOptions, type ModelInputs } from './modelInputs.ts';
import type { ModelClass, ModelKind } from './modelKind.ts';

/** Options of a model's `savePretrained` and `files`. */
export interface SaveOptions {
  /** Largest weights file, in bytes or as '5GB'; above it the weights are split. Default '50GB'. */
  maxShardSize?: number | string | undefined;
}

/** Seed and update of the dropout of one forward. */
export interface DropoutKey {
  readonly seed: number;
  readonly update: number;
}

/** Options of `activationCheckpointingEnable`. */
export interface ActivationCheckpointingOptions {
  /** Recompute every n-th layer in the backward pass. Default 1: all of them. */
  readonly everyNLayers?: number | undefined;
}

const checkpointingOptions = { everyNLayers: optional(wholeNumber(1)) };

const saveOptions = { maxShardSize: optional(oneOfKinds("a number of bytes or a string such as '5GB'", number, text)) };
const forwardOptions = {
  numItemsInBatch: optional(wholeNumber(0)),
  exampleOffset: optional(wholeNumber(0)),
  update: optional(wholeNumber(0)),
  seed: optional(wholeNumber(0, 2 ** 32 - 1)),
  outputHiddenStates: optional(flag),
};

/** Checks the class that `fromConfig` or `fromPretrained` was called on. */
function requireClass(given: unknown, method: string): void {
  if (typeof given === 'function' && 'kind' in given) return;
  throw new CheckpointError(
    `${method} was called on PretrainedModel, which has no weights of its own. ` +
      `Call it on a model class: BertForSequenceClassification.${method}(…).`,
  );
}

/** A model that can be loaded from a Hugging Face folder and saved as one. */
export abstract class PretrainedModel extends Module {
  /** Each model class has its own. */
  declare static readonly kind: ModelKind;
  /** Batch keys that `forward` reads, without the labels. */
  readonly inputNames: readonly string[] = ['input_ids', 'token_type_ids', 'attention_mask'];
  /** Sizes, rates and labels, as config.json has them. */
  readonly config: BertConfig;
  /** Report of loading; null for a model that was not loaded. */
  loadReport: LoadReport | null = null;
  /** The seed that new weights were drawn with; null when every weight came from the checkpoint. */
  headSeed: number | null = null;
  /** Seed of dropout; fixed when the model is made. */
  readonly seed: number;
  /** Number of forwards in train mode without an update. */
  #forwards = 0;
  #disposed = false;

  /**
   * @param weights returns the weight of each name
   * @param seed of dropout. Default: that of the last `setSeed`, else 42
   */
  constructor(config: BertConfig, weights: WeightSource, seed: number = defaultSeed()) {
    super();
    const where = `new ${new.target.name}`;
    requireArgument(where, 'config', config, instanceOf(BertConfig));
    requireArgument(where, 'weights', weights, { ...callable, what: 'a function from a name to its Parameter' });
    requireArgument(where, 'seed', seed, forwardOptions.seed);
    settle(config);
    this.config = config;
    this.seed = seed;
  }

  /**
   * Makes a new model and draws all its weights.
   * @throws ConfigError for sizes that cannot be computed; ArgumentError
   */
  static async fromConfig<Model extends PretrainedModel>(
    this: ModelClass<Model>,
    config: BertConfig,
    options: NewModelOptions = {},
  ): Promise<Model> {
    requireClass(this, 'fromConfig');
    const { weights, seed } = await drawWeights(this.kind, config, options);
    const model = new this(config, weights, seed);
    model.headSeed = seed;
    return model;
  }

  /**
   * Loads a checkpoint: a hub name, a folder, or its files; what it may lack (a classifier) is
   * drawn from the seed, exactly as PyTorch draws it.
   * @throws CheckpointError, ConfigError, SafetensorsError, HubError
   */
  static async fromPretrained<Model extends PretrainedModel>(
    this: ModelClass<Model>,
    nameOrFolder: ModelFolder,
    options: FromPretrainedOptions = {},
  ): Promise<Model> {
    requireClass(this, 'fromPretrained');
    return loadModel(`${this.kind.architecture}.fromPretrained`, () => this, nameOrFolder, options);
  }

  /** The class's name in `transformers`, for config.json. */
  get architecture(): string {
    return (this.constructor as ModelClass<PretrainedModel>).kind.architecture;
  }

  /**
   * The files that `savePretrained` writes: name to content.
   *
   * @throws CheckpointError for wrong options
   */
  async files(options: SaveOptions = {}): Promise<Map<string, FileContent>> {
    requireOptions(`${this.architecture}.files`, options, saveOptions, { error: CheckpointError });
    const limit = parseShardSize(options.maxShardSize ?? '50GB');
    return checkpointFiles(this.config.toJson(this.architecture), await this.stateDict(), limit);
  }

  /**
   * Writes config.json and model.safetensors, which Python's `transformers` loads. All files are
   * complete before the first is renamed; config.json is renamed last. In a page the folder is a
   * directory handle, or a Map that takes the files.
   * @throws CheckpointError for a wrong `maxShardSize`, and when the folder cannot be written
   */
  async savePretrained(folder: WritableFolder, options: SaveOptions = {}): Promise<void> {
    requireArgument(`${this.architecture}.savePretrained`, 'folder', folder, writableFolder, CheckpointError);
    await writeModelFiles(folder, await this.files(options), isWeightsFile);
  }

  /**
   * Strength of the noise that training adds to the embeddings, uniform up to
   * `alpha / sqrt(columns * hiddenSize)` (NEFTune); drawn from seed and update as
   * dropout is. Null for none.
   */
  get neftuneNoiseAlpha(): number | null {
    return this.#embeddings()[0]?.neftuneNoiseAlpha ?? null;
  }

  /** @throws ArgumentError */
  set neftuneNoiseAlpha(alpha: number | null) {
    requireArgument(this.architecture, 'neftuneNoiseAlpha', alpha, orNull(numberAtLeast(0)));
    for (const embeddings of this.#embeddings()) embeddings.neftuneNoiseAlpha = alpha;
  }

  /** Whether layers are recomputed in the backward pass. */
  get isActivationCheckpointing(): boolean {
    return this.#encoders().some(({ checkpointEvery }) => checkpointEvery > 0);
  }

  /**
   * Enables activation checkpointing: layers keep no activations, and the backward pass recomputes
   * them. Less memory for more time, with the same gradients bit for bit.
   * @throws ArgumentError
   */
  activationCheckpointingEnable(options: ActivationCheckpointingOptions = {}): void {
    requireOptions(`${this.architecture}.activationCheckpointingEnable`, options, checkpointingOptions);
    for (const encoder of this.#encoders()) encoder.checkpointEvery = options.everyNLayers ?? 1;
  }

  /** Disables activation checkpointing. */
  activationCheckpointingDisable(): void {
    for (const encoder of this.#encoders()) encoder.checkpointEvery = 0;
  }

  /** The name of `activationCheckpointingEnable` before `transformers` 5.24. */
  gradientCheckpointingEnable(options: ActivationCheckpointingOptions = {}): void {
    this.activationCheckpointingEnable(options);
  }

  /** The name of `activationCheckpointingDisable` before `transformers` 5.24. */
  gradientCheckpointingDisable(): void {
    this.activationCheckpointingDisable();
  }

  /** Releases the GPU memory of all weights. The model can no longer be used. */
  override dispose(): void {
    for (const module of this.modules()) if (module instanceof PretrainedModel) module.#disposed = true;
    super.dispose();
  }

  override async stateDict(): Promise<StateDict> {
    this.#requireWeights('read');
    return super.stateDict();
  }

  /**
   * The common part of every `forward`: checks the arguments, determines seed and update of dropout
   * (the caller's, or the model's own, with a new mask each time), and releases intermediate
   * results.
   */
  protected record<Output>(
    inputs: ModelInputs,
    options: ForwardOptions,
    compute: (pinned: ForwardOptions & DropoutKey) => Output,
  ): Output {
    this.#requireWeights('run');
    requireInputs(`${this.architecture}.forward`, inputs);
    requireOptions(`${this.architecture}.forward`, options, forwardOptions);
    const { seed = this.seed, update = this.training ? this.#forwards++ : 0 } = options;
    return tidy(this.device, () => compute({ ...options, seed, update }));
  }

  #embeddings(): BertEmbeddings[] {
    return [...this.modules()].filter((module) => module instanceof BertEmbeddings);
  }

  #encoders(): BertEncoder[] {
    return [...this.modules()].filter((module) => module instanceof BertEncoder);
  }

  #requireWeights(what: string): void {
    if (this.#disposed)
      throw new DisposedModelError(
        `This ${this.architecture} was disposed: its weights are gone, and it cannot be ${what}. ` +
          'Load it again, or call dispose() after the last use.',
      );
  }
}
