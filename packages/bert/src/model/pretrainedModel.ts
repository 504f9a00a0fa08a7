import { currentSeed, defaultDevice, Module, Parameter, type Device } from '@attune/tensor';
import { writeFiles } from '#platform';
import { checkpointFiles, isWeightsFile, type HostWeight } from '../checkpoint/checkpointFiles.ts';
import { loadReportMessage, type LoadReport } from '../checkpoint/loadReport.ts';
import { loadWeights } from '../checkpoint/loadWeights.ts';
import { readCheckpoint } from '../checkpoint/readCheckpoint.ts';
import { parseShardSize } from '../checkpoint/shardSize.ts';
import { BertConfig, type BertConfigOptions } from '../config/bertConfig.ts';
import { CheckpointError, parseJsonObject } from '../files/parseJson.ts';
import { openPretrained, type PretrainedOptions } from '../files/pretrainedFiles.ts';
import type { FileContent } from '../platform/platform.ts';
import type { WeightSource } from './layers.ts';
import type { WeightShapes } from './weightShapes.ts';

export interface NewModelOptions {
  /** Where the weights live. Default: the default device, opened when first needed. */
  device?: Device;
  /**
   * Seed of newly drawn weights and of dropout. Default: that of the last `setSeed`, else 42. The
   * same seed draws the same weights every time; a `setSeed` after the model was made changes
   * nothing of it.
   */
  seed?: number;
}

/** What `fromPretrained` takes, besides any field of the configuration in camelCase. */
export interface FromPretrainedOptions extends BertConfigOptions, PretrainedOptions, NewModelOptions {
  /**
   * Draw weights anew whose shapes differ from the checkpoint's, instead of refusing it. Default
   * false.
   */
  ignoreMismatchedSizes?: boolean;
  /** Do not print the load report (`model.loadReport` has it all the same). Default false. */
  silent?: boolean;
}

export interface SaveOptions {
  /** Largest weights file, in bytes or as '5GB'; above it the weights are split. Default '50GB'. */
  maxShardSize?: number | string;
}

/** What differs between the model classes. */
export interface ModelKind<Model> {
  readonly name: string;
  /** What the base model is called inside, with its dot; '' for the base model itself. */
  readonly basePrefix: string;
  readonly shapes: (config: BertConfig) => WeightShapes;
  /** Weights that belong to a task and not to the language model: a checkpoint may lack them. */
  readonly mayBeNew: (name: string) => boolean;
  readonly create: (config: BertConfig, weights: WeightSource, seed: number) => Model;
}

/** A model that can be loaded from a Hugging Face folder and saved as one. */
export abstract class PretrainedModel extends Module {
  readonly config: BertConfig;
  /** The class's name in `transformers`, for config.json. */
  abstract readonly architecture: string;
  /** What loading found, left out and drew; null for a model that was not loaded. */
  loadReport: LoadReport | null = null;
  /** The seed that new weights were drawn with; null when every weight came from the checkpoint. */
  headSeed: number | null = null;
  /** Seed of dropout; fixed when the model is made. */
  readonly seed: number;
  /** Forwards in train mode that named no update. */
  #forwards = 0;

  /** @param seed of dropout. Default: that of the last `setSeed`, else 42 */
  constructor(config: BertConfig, seed?: number) {
    super();
    this.config = config;
    this.seed = resolveSeed(seed);
  }

  /**
   * The seed and update that one forward draws its dropout with: those of its caller, else the
   * model's own, which draws another mask each time.
   */
  protected dropoutKey({ seed = this.seed, update }: { seed?: number; update?: number }): {
    seed: number;
    update: number;
  } {
    return { seed, update: update ?? (this.training ? this.#forwards++ : 0) };
  }

  /** The files that `savePretrained` writes: name to content. */
  async files({ maxShardSize = '50GB' }: SaveOptions = {}): Promise<Map<string, FileContent>> {
    const limit = parseShardSize(maxShardSize);
    return checkpointFiles(this.config.toJson(this.architecture), await this.stateDict(), limit);
  }

  /**
   * Writes config.json and model.safetensors, which Python's `transformers` loads. Every file is
   * complete before the first takes its place.
   * @throws CheckpointError for a wrong `maxShardSize`; the file system's error when the folder
   *   cannot be written
   */
  async savePretrained(folder: string, options: SaveOptions = {}): Promise<void> {
    await writeFiles(folder, await this.files(options), isWeightsFile);
  }
}

function sourceOf(weights: ReadonlyMap<string, HostWeight>, device: Device): WeightSource {
  return (name) => {
    const weight = weights.get(name);
    if (!weight)
      throw new CheckpointError(`The model asks for a weight '${name}' that its list of shapes does not have.`);
    return new Parameter(weight.data, { shape: weight.shape, device });
  };
}

const resolveSeed = (seed: number | undefined): number => seed ?? currentSeed() ?? 42;

/** A model with all weights newly drawn. */
export async function createModel<Model extends PretrainedModel>(
  kind: ModelKind<Model>,
  config: BertConfig,
  options: NewModelOptions = {},
): Promise<Model> {
  const device = options.device ?? (await defaultDevice());
  const seed = resolveSeed(options.seed);
  const { weights } = loadWeights(kind.shapes(config), new Map(), {
    model: kind.name,
    source: 'nothing',
    basePrefix: kind.basePrefix,
    mayBeNew: () => true,
    ignoreMismatchedSizes: false,
    seed,
    initializerRange: config.initializerRange,
    padTokenId: config.padTokenId,
  });
  const model = kind.create(config, sourceOf(weights, device), seed);
  model.headSeed = seed;
  return model;
}

/** A model with the weights of a checkpoint. */
export async function loadModel<Model extends PretrainedModel>(
  kind: ModelKind<Model>,
  nameOrFolder: string,
  options: FromPretrainedOptions = {},
): Promise<Model> {
  const {
    revision,
    cacheDir,
    localFilesOnly,
    onProgress,
    device: givenDevice,
    seed: givenSeed,
    ignoreMismatchedSizes = false,
    silent = false,
    ...overrides
  } = options;
  const files = openPretrained(nameOrFolder, { revision, cacheDir, localFilesOnly, onProgress });
  const source = `${nameOrFolder}/config.json`;
  const text = await files.readText('config.json');
  if (text === undefined)
    throw new CheckpointError(
      `${nameOrFolder} has no config.json: it is no checkpoint of a model. Is the name or folder right?`,
    );
  const config = BertConfig.fromJson(parseJsonObject(text, source), overrides, source);
  const seed = resolveSeed(givenSeed);
  const checkpoint = await readCheckpoint(files);
  const { weights, report } = loadWeights(kind.shapes(config), checkpoint, {
    model: kind.name,
    source: nameOrFolder,
    basePrefix: kind.basePrefix,
    mayBeNew: kind.mayBeNew,
    ignoreMismatchedSizes,
    seed,
    initializerRange: config.initializerRange,
    padTokenId: config.padTokenId,
  });
  const model = kind.create(config, sourceOf(weights, givenDevice ?? (await defaultDevice())), seed);
  model.loadReport = report;
  model.headSeed = report.missing.length + report.mismatched.length > 0 ? report.seed : null;
  const message = loadReportMessage(report);
  if (message && !silent) console.warn(message);
  model.eval();
  return model;
}
